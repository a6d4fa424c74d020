"""Mutations of JSON documents by value, brackets in pairs."""

import re
from collections.abc import Callable
from random import Random

Raw = Callable[[bytes], bytes]

MOST_TOKENS = 10_000
"""What has grown beyond that is not changed further."""

_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[\]{},:]|[^\s"\[\]{},:]+|\s+|"', re.DOTALL)
_PAIRS = {b"[": b"]", b"{": b"}"}
_VALUES = (
    b"0", b"-0", b"-", b"1e999", b"1E400", b"-1e-999", b"NaN", b"Infinity", b"0x1", b"01", b"1.", b".5",
    b"18446744073709551616", b"9" * 400, b"1." + b"0" * 400, b"true", b"null", b"nul", b"{}", b"[]", b'""',
    b'"\\ud800"', b'"\\ud83d\\ude00"', b'"\\u0000"', b'"\\x"', b'"\x01"', b'"\xff"', b'"\xed\xa0\x80"', b"'a'", b"//",
    b"\xef\xbb\xbf", b"\x00", b"[" * 1100, b'"a":' * 9, b",", b":", b"[[],[]]", b'{"a":1,"a":2}',
    b'"' + b"a" * 300 + b'"', "\u00a0".encode(), b"\x0c",
)  # fmt: skip


def mutate(data: bytes, random: Random, raw: Raw) -> bytes:
    """Change a document in one to four places."""
    if random.random() < 0.1:
        return raw(data)
    tokens: list[bytes] = _TOKEN.findall(data)
    for _ in range(random.choice((1, 1, 2, 4))):
        if len(tokens) > MOST_TOKENS:
            break
        start, end = _value(tokens, random)
        random.choice(_STEPS)(tokens, start, end, random)
    return b"".join(tokens)


def crossover(one: bytes, two: bytes, random: Random) -> bytes:
    """Put a value of ``two`` in the place of one of ``one``."""
    tokens, others = _TOKEN.findall(one), _TOKEN.findall(two)
    start, end = _value(tokens, random)
    first, behind = _value(others, random)
    tokens[start:end] = others[first:behind]
    return b"".join(tokens)


def _value(tokens: list[bytes], random: Random) -> tuple[int, int]:
    """Where some value begins and ends, as token indexes; a bracket counts with all that it holds."""
    start = random.randint(0, len(tokens))
    waiting: list[bytes] = []
    for at in range(start, len(tokens)):
        token = tokens[at]
        if token in _PAIRS:
            waiting.append(_PAIRS[token])
        elif waiting and token == waiting[-1]:
            waiting.pop()
        if not waiting:
            return start, at + 1
    return start, len(tokens)


def _duplicate(tokens: list[bytes], start: int, end: int, random: Random) -> None:
    tokens[end:end] = [b",", *tokens[start:end]] * random.choice((1, 2, 30))


def _remove(tokens: list[bytes], start: int, end: int, _random: Random) -> None:
    del tokens[start:end]


def _replace(tokens: list[bytes], start: int, end: int, random: Random) -> None:
    tokens[start:end] = [random.choice(_VALUES)]


def _nest(tokens: list[bytes], start: int, end: int, random: Random) -> None:
    depth = random.choice((1, 1, 2, 50, 600))
    before, behind = random.choice(((b"[", b"]"), (b'{"a":', b"}")))
    tokens[start:end] = [*[before] * depth, *tokens[start:end], *[behind] * depth]


_STEPS = (_duplicate, _remove, _replace, _replace, _nest)
