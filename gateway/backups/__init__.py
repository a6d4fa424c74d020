"""Where backups lie: a folder, or a bucket of S3-compatible storage; and what one backup says of itself."""

from gateway.backups.folder import FolderPlace
from gateway.backups.manifest import Index, Manifest, Part
from gateway.backups.place import Place
from gateway.backups.secrets import locked_up, unlocked

__all__ = ["FolderPlace", "Index", "Manifest", "Part", "Place", "checked_place", "locked_up", "place_at", "unlocked"]


def checked_place(where: str) -> str:
    """Check the name of a place; raises ``ValueError``. What looks like an address is no folder of that name."""
    scheme, slashes, rest = where.partition("://")
    if slashes and (scheme != "s3" or not rest.partition("/")[0]):
        raise ValueError("a folder, or a bucket like s3://bucket/prefix")
    return where


def place_at(where: str, patience: int = 60) -> Place:
    """Give the place that a setting or an argument names: ``s3://bucket/prefix``, or a folder.

    ``patience``: seconds for which what cannot be reached is tried again.
    """
    if where.startswith("s3://"):
        from gateway.backups.bucket import BucketPlace  # noqa: PLC0415  some megabytes that a folder does without

        return BucketPlace(where, patience)
    return FolderPlace(where)
