"""Whether somebody has a file open for writing, where the system can tell: Linux, and a disk of its own."""

import errno
import fcntl
import os
import signal
from pathlib import Path
from typing import Final

_NETWORKED: Final = ("nfs", "cifs", "smb", "fuse", "9p", "ceph", "afs", "gluster", "lustre")


def is_open_for_writing(handle: int) -> bool | None:
    """Ask by a lease, which the kernel refuses while a writer is there; None: nobody knows.

    Who opens the file in the microsecond of the lease makes the kernel send a signal: one that nobody minds, where the
    usual SIGIO would end the process (https://man7.org/linux/man-pages/man2/fcntl.2.html, "Leases").
    """
    try:
        fcntl.fcntl(handle, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_RDLCK)
    except AttributeError:  # another system than Linux
        return None
    except OSError as error:  # of a file of somebody else EACCES, of many file systems EINVAL
        return True if error.errno == errno.EAGAIN and _knows_writers(os.fstat(handle).st_dev) else None
    fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    return False


def _knows_writers(device: int) -> bool:
    """Say whether leases on a device tell anything: over a network they are refused for other reasons, too."""
    number = f"{os.major(device)}:{os.minor(device)}"
    try:
        mounts = Path("/proc/self/mountinfo").read_text(errors="replace").splitlines()
    except OSError:
        return False
    kinds = [line.partition(" - ")[2] for line in mounts if line.split()[2:3] == [number]]
    return not any(kind.startswith(_NETWORKED) for kind in kinds)
