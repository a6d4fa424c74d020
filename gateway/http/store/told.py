"""How the store API tells of files."""

from typing import Any

from gateway.model import Conflict, FileEntry, Version


def told_file(entry: FileEntry) -> dict[str, Any]:
    """Describe a file by its newest version."""
    return {
        "id": entry.id, "path": entry.path, "version": entry.version, "size": entry.size,
        "sha256": entry.sha256.hex(), "time": entry.time,
        **_known(type=entry.type, mtime=entry.mtime, device=entry.device, damaged=entry.damaged),
    }  # fmt: skip


def told_version(version: Version, newest: int) -> dict[str, Any]:
    """Describe one version."""
    facts = version.facts
    return {
        "version": version.number, "size": facts.size, "sha256": facts.sha256.hex(), "time": version.time,
        "newest": version.number == newest,
        **_known(type=facts.type, kind=facts.kind, damaged=facts.damaged, mtime=version.mtime, device=version.device),
    }  # fmt: skip


def told_conflict(conflict: Conflict) -> dict[str, Any]:
    """Describe a conflict by ids."""
    return {
        "id": conflict.id, "file": conflict.file, "path": conflict.path, "version": conflict.version,
        "copy": conflict.copy, "copy_path": conflict.beside, "lost": conflict.lost, "time": conflict.time,
        **_known(device=conflict.device, loser=conflict.loser),
    }  # fmt: skip


def _known(**values: object) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value is not None}
