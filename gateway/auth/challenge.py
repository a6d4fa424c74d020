"""How a command on the gateway's machine shows that it may look closer, and the gateway that it is the same one.

Both read a key that lies in the data folder. Nobody learns it: what goes over the network is made from it by HMAC, for
one number that is used once.
"""

import hmac
from typing import Final

from gateway.auth.jwt import TokenKey
from gateway.auth.tokens import new_secret

HEADER: Final = "X-Wristgate-Challenge"
SECONDS: Final = 120  # for which a challenge is good
_LONGEST: Final = 200


def challenge(key: TokenKey, now: int) -> str:
    """Make a challenge."""
    text = f"{now}.{new_secret()}"
    return f"{text}.{key.derive(text, 'challenge')}"


def is_ours(key: TokenKey, shown: str, now: int) -> bool:
    """Say whether a challenge was made with our key, just now."""
    text, _, mac = shown.rpartition(".")
    made = text.partition(".")[0]
    if len(shown) > _LONGEST or not shown.isascii() or not made.isdigit() or abs(now - int(made)) > SECONDS:
        return False
    return hmac.compare_digest(mac, key.derive(text, "challenge"))


def proof(key: TokenKey, shown: str) -> str:
    """Answer a challenge: only who has the key can."""
    return key.derive(shown, "answer to a challenge")
