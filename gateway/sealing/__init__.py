"""Encryption at rest: the master keys of a gateway, and contents sealed with them in segments."""

from gateway.sealing.keyfile import parse_keys
from gateway.sealing.keyring import FILE, Keyring
from gateway.sealing.masterkey import MasterKey
from gateway.sealing.reading import open_sealed, read_part, unsealed
from gateway.sealing.segments import HEADER, SEGMENT, TAG, Sealing, seal

__all__ = [
    "FILE",
    "HEADER",
    "SEGMENT",
    "TAG",
    "Keyring",
    "MasterKey",
    "Sealing",
    "open_sealed",
    "parse_keys",
    "read_part",
    "seal",
    "unsealed",
]
