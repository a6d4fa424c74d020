"""Tokens, codes and passwords."""

import pytest

from gateway.auth.passwords import Passwords
from gateway.auth.tokens import clean_code, derive, digest, new_code, new_id, new_secret, same
from gateway.errors import BadRequest


def test_ids_and_codes_keep_to_their_letters() -> None:
    assert {len(new_id()) for _ in range(100)} == {12}
    assert set("".join(new_id() for _ in range(1000))) == set("abcdefghijklmnopqrstuvwxyz234567")
    code = new_code()
    assert clean_code(f" {code[:4].lower()}-{code[4:]} ") == code
    for typed in ("", "AAAA", "AAAAAAAAA", "IIIIIIII", "0OOO1111", "ÄÄÄÄÄÄÄÄ"):
        assert clean_code(typed) is None


def test_secrets() -> None:
    secret = new_secret()
    assert len(secret) == 43
    assert len(digest(secret)) == 32
    assert derive(secret, "a") == derive(secret, "a") != derive(secret, "b")
    assert same("\ud800", "\ud800")
    assert not same("a", "b")


def test_passwords() -> None:
    passwords = Passwords()
    encoded = passwords.hash("correct horse")
    assert encoded.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert passwords.matches("correct horse", encoded)
    assert not passwords.matches("wrong horse", encoded)
    assert not passwords.matches("correct horse", None)
    assert not passwords.matches("x", "not a hash")
    for bad in ("short", "x" * 1025):
        with pytest.raises(BadRequest, match="password"):
            passwords.hash(bad)
