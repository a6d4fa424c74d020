"""Mutations of FIT files that keep the frame right, so that they reach the walk over the messages and what follows."""

from collections.abc import Callable
from random import Random

from tests.fuzz.fit_parts import (
    HEADER_SIZES,
    PROTOCOLS,
    Part,
    field_sizes,
    is_definition,
    local_type,
    put_together,
    take_apart,
    whole_definitions,
)
from tests.fuzz.fit_values import changed_fields, described, developer_fields, edge_value, messages_of_the_profile

Raw = Callable[[bytes], bytes]
"""A mutation that knows nothing of formats."""


def mutate(data: bytes, random: Random, raw: Raw) -> bytes:
    """Change a file in one to four places and mend its frame; now and then leave the damage for the header's checks."""
    if random.random() < 0.04:
        return raw(data)
    parts = take_apart(data)
    for _ in range(random.choice((1, 1, 2, 4))):
        part = random.choice(parts)
        if random.random() < 0.1:
            _chain(parts, part, random)
        else:
            random.choice(_STEPS)(part, random, raw)
    return put_together(parts, random)


def damage(data: bytes, random: Random, raw: Raw) -> bytes:
    """Cut a file short, or change it without mending what says so."""
    if random.random() < 0.5:
        return data[: random.randint(0, len(data))]
    return raw(data)


def crossover(one: bytes, two: bytes, random: Random) -> bytes:
    """Some messages of ``two`` among those of ``one``, or both as a chain."""
    parts, others = take_apart(one), take_apart(two)
    if random.random() < 0.2:
        return put_together(parts + others, random)
    other = random.choice(others)
    start, end = _span(other, random)
    messages = random.choice(parts).messages
    at = random.randint(0, len(messages))
    messages[at:at] = other.messages[start:end]
    return put_together(parts, random)


def _span(part: Part, random: Random, longest: int = 12) -> tuple[int, int]:
    start = random.randint(0, len(part.messages))
    return start, min(len(part.messages), start + random.randint(1, longest))


def _chain(parts: list[Part], part: Part, random: Random) -> None:
    """Another part: a copy, or the end of one."""
    cut = random.choice((0, random.randint(0, len(part.messages))))
    parts.append(Part(part.messages[cut:], random.choice(HEADER_SIZES), random.choice(PROTOCOLS)))
    if random.random() < 0.5:
        del part.messages[cut:]


def _reframe(part: Part, random: Random, _raw: Raw) -> None:
    part.header_size = random.choice(HEADER_SIZES)
    part.protocol = random.choice((*PROTOCOLS, random.randrange(256)))


def _duplicate(part: Part, random: Random, _raw: Raw) -> None:
    start, end = _span(part, random)
    at = random.choice((end, random.randint(0, len(part.messages))))
    part.messages[at:at] = part.messages[start:end] * random.choice((1, 1, 2, 20))


def _remove(part: Part, random: Random, _raw: Raw) -> None:
    start, end = _span(part, random)
    del part.messages[start:end]


def _swap(part: Part, random: Random, _raw: Raw) -> None:
    messages = part.messages
    if len(messages) > 1:
        one, two = random.sample(range(len(messages)), 2)
        messages[one], messages[two] = messages[two], messages[one]


def _insert(part: Part, random: Random, _raw: Raw) -> None:
    at = random.randint(0, len(part.messages))
    part.messages[at:at] = messages_of_the_profile(random)


def _raw_bytes(part: Part, random: Random, raw: Raw) -> None:
    """Let the blind mutation at one message; the walk may lose its way behind it."""
    if part.messages:
        at = random.randrange(len(part.messages))
        part.messages[at] = raw(part.messages[at]) or b"\0"


def _set_value(part: Part, random: Random, _raw: Raw) -> None:
    """Put an edge value over some bytes of a data message."""
    messages = part.messages
    places = [at for at, message in enumerate(messages) if len(message) > 1 and not is_definition(message)]
    if places:
        at = random.choice(places)
        message = bytearray(messages[at])
        start = random.randrange(1, len(message))
        value = edge_value(random)[: len(message) - start]
        message[start : start + len(value)] = value
        messages[at] = bytes(message)


def _redefine(part: Part, random: Random, _raw: Raw) -> None:
    """Change the fields of a definition; its data messages grow or shrink along, mostly."""
    places = whole_definitions(part.messages)
    if not places:
        return
    at = random.choice(places)
    old = part.messages[at]
    end = 6 + 3 * old[5]
    triples = changed_fields([old[place : place + 3] for place in range(6, end, 3)], random)
    part.messages[at] = old[:5] + bytes((len(triples),)) + b"".join(triples) + old[end:]
    if random.random() < 0.8:
        _resize(part.messages, at)


def _resize(messages: list[bytes], at: int) -> None:
    """Give the data messages of the definition at ``at`` the size that it says."""
    local, size = local_type(messages[at]), 1 + sum(field_sizes(messages[at]))
    for i in range(at + 1, len(messages)):
        if local_type(messages[i]) == local:
            if is_definition(messages[i]):
                return
            messages[i] = messages[i][:size].ljust(size, b"\1")


def _relocate(part: Part, random: Random, _raw: Raw) -> None:
    """Exchange two local types from some message on."""
    one, two = random.randrange(16), random.randrange(16)
    for at in range(random.randint(0, len(part.messages)), len(part.messages)):
        head = part.messages[at][0]
        if not head & 0x80 and head & 0x0F in {one, two}:
            part.messages[at] = bytes((head ^ one ^ two,)) + part.messages[at][1:]


def _compress(part: Part, random: Random, _raw: Raw) -> None:
    """Give messages of the local types 0 to 3 compressed timestamps."""
    step = random.randrange(32)
    for at in range(random.randint(0, len(part.messages)), len(part.messages)):
        head = part.messages[at][0]
        if head <= 3:
            part.messages[at] = bytes((0x80 | head << 5 | step * at & 0x1F,)) + part.messages[at][1:]


def _turn(part: Part, random: Random, _raw: Raw) -> None:
    """Declare another byte order, the message's number with it."""
    places = whole_definitions(part.messages)
    if places:
        at = random.choice(places)
        old = part.messages[at]
        part.messages[at] = old[:2] + bytes((1 - min(old[2], 1),)) + old[4:2:-1] + old[5:]


def _add_developer_fields(part: Part, random: Random, _raw: Raw) -> None:
    """Fields of an application, described or not."""
    places = [at for at in whole_definitions(part.messages) if not part.messages[at][0] & 0x20]
    if places:
        at = random.choice(places)
        old = part.messages[at]
        part.messages[at] = bytes((old[0] | 0x20,)) + old[1:] + developer_fields(random)
        _resize(part.messages, at)
        if random.random() < 0.8:
            part.messages[at:at] = described(random)


_STEPS = (
    _duplicate, _remove, _swap, _raw_bytes, _raw_bytes, _set_value, _set_value, _insert, _insert, _redefine, _redefine,
    _relocate, _compress, _turn, _add_developer_fields, _reframe,
)  # fmt: skip
