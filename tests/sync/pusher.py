"""A program that pushes batches, tells of each answer, and dies in the middle of a write. Run by ``test_crash``.

Arguments: the data folder, the path of the credential, and after how many of the database's statements to die.
"""

import os
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any

import apsw

from gateway.service.intake import Wish as Upload
from gateway.service.push import Wish
from tests.service.harness import Services


def main(folder: str, key: str, left: int) -> None:
    """Push and upload until the end."""
    services = Services(Path(folder))
    access = services.access(key)

    def traced(_cursor: apsw.Cursor, _sql: str, _values: Any) -> bool:
        nonlocal left
        left -= 1
        if left < 0:
            os._exit(9)
        return True

    services.store._connection.exec_trace = traced
    for n in range(1000):
        data = b"content %d" % n
        with_path = Upload(path=f"/documents/up{n}")
        incoming = services.incoming()
        incoming.write(data)
        services.write(services.intake.take(access, incoming.finish(), with_path))
        tell(sha256(data).hexdigest())
        digest = sha256(data).digest()
        wishes = [
            Wish(f"p{n}", "put", "/documents/name", n, sha256=digest, size=len(data)),
            Wish(f"a{n}", "move", "/documents/a", 1, to="/documents/b"),
            Wish(f"b{n}", "move", "/documents/b", 1, to="/documents/a"),
            Wish(f"d{n}", "delete", f"/documents/up{n}", n % 2),
        ]
        for write in services.pushes.push(access, dict(enumerate(wishes))):
            results = services.write(write)
        tell(*(results[place].result for place in range(4)))


def tell(*words: str) -> None:
    """Write a line at once."""
    sys.stdout.write(" ".join(words) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
