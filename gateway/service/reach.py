"""What a caller of the store API can reach: what lies outside of a key's folder does not exist for it."""

from gateway.errors import BadRequest, Forbidden, NotFound
from gateway.model import Access, FileEntry
from gateway.service.paths import clean_path, fold
from gateway.store import Transaction


def reaches(access: Access, path: str) -> bool:
    """Say whether a path lies where the caller may look."""
    return access.folder is None or path.startswith(f"{access.folder}/")


def folder_of(access: Access) -> str:
    """Give the folder that the caller may look into, with a slash at its end."""
    return f"{access.folder or ''}/"


def file_of(transaction: Transaction, access: Access, file: str) -> FileEntry:
    """Find a file by id; raises ``NotFound``, whether there is none or it is somebody else's."""
    entry = transaction.files.by_id(access.project, file)
    if entry is None or not reaches(access, entry.path):
        raise NotFound("no such file")
    return entry


def is_trashed(transaction: Transaction, access: Access, file: str) -> bool:
    """Say whether a file that the caller could reach is in the trash."""
    gone = transaction.files.trashed(access.project, file)
    return gone is not None and reaches(access, gone.file.path)


def file_at(transaction: Transaction, access: Access, path: str) -> FileEntry:
    """Find a file by its very path; raises ``NotFound``."""
    entry = transaction.files.at(access.project, fold(path))
    if entry is None or entry.path != path or not reaches(access, path):
        raise NotFound(f"there is no file {path}")
    return entry


def target(access: Access, path: str) -> str:
    """Check a path that the caller wants to write to and give it in NFC; raises ``BadRequest``, ``Forbidden``."""
    if path.endswith("/"):
        raise BadRequest("path: must end with the name of a file")
    path = clean_path(path)
    if not reaches(access, path):
        raise Forbidden(f"this key may only write below {access.folder}")
    return path
