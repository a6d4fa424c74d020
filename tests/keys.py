"""The master key of tests that open a store or contents without a gateway."""

from typing import Final

from gateway.sealing import Keyring, MasterKey

KEYRING: Final = Keyring(None, (MasterKey(bytes(range(32))),), source="the tests' key")
