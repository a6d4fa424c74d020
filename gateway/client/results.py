"""What the gateway tells, as values; fields that a client does not know are in ``raw`` alone."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from gateway.client.errors import NotUnderstood, Refused
from gateway.client.fields import (
    Raw,
    decimal_or_none,
    flag,
    inner,
    number,
    number_or_none,
    objects,
    text,
    text_or_none,
)


@dataclass(frozen=True, slots=True)
class Me:
    """Whom a credential is of: ``id`` and ``name`` of the key or device, ``folder``, which is all that a key can see.

    The ``device`` of a change is such an id.
    """

    id: str
    email: str | None
    name: str | None
    scopes: tuple[str, ...]
    project: str
    folder: str | None
    raw: Raw = field(repr=False, compare=False)

    @classmethod
    def read(cls, raw: Raw) -> Self:
        """Read ``auth/me``."""
        who = inner(raw, "key" if "key" in raw else "device")
        scopes = raw.get("scopes")
        names = tuple(str(scope) for scope in scopes) if isinstance(scopes, list) else ()
        email, project = text_or_none(inner(raw, "user"), "email"), text(inner(raw, "project"), "name")
        return cls(text(who, "id"), email, text_or_none(who, "name"), names, project, text_or_none(who, "folder"), raw)


@dataclass(frozen=True, slots=True)
class File:
    """A file by its newest version; ``size`` in bytes, ``time`` (when it came) and ``mtime`` in Unix seconds.

    ``device`` is who sent it, ``damaged`` says why it is no correct file of its type, ``encrypted`` how its sender has
    encrypted it.
    """

    id: str
    path: str
    version: int
    size: int
    sha256: str
    time: int
    type: str | None
    mtime: int | None
    device: str | None
    damaged: str | None
    encrypted: str | None
    raw: Raw = field(repr=False, compare=False)

    @classmethod
    def read(cls, raw: Raw) -> Self:
        """Read one of a list."""
        return cls(
            text(raw, "id"), text(raw, "path"), number(raw, "version"), number(raw, "size"), text(raw, "sha256"),
            number(raw, "time"), text_or_none(raw, "type"), number_or_none(raw, "mtime"), text_or_none(raw, "device"),
            text_or_none(raw, "damaged"), text_or_none(raw, "encrypted"), raw,
        )  # fmt: skip

    @property
    def name(self) -> str:
        """What stands behind the last slash of the path."""
        return self.path.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a file."""

    version: int
    size: int
    sha256: str
    time: int
    newest: bool
    raw: Raw = field(repr=False, compare=False)

    @classmethod
    def read(cls, raw: Raw) -> Self:
        """Read one of a file's history."""
        facts = number(raw, "version"), number(raw, "size"), text(raw, "sha256"), number(raw, "time")
        return cls(*facts, flag(raw, "newest"), raw)


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two wanted one name: the other version lies at ``copy_path``, where there was one to keep."""

    id: str | None
    copy_path: str | None
    raw: Raw = field(repr=False, compare=False)

    @classmethod
    def read(cls, raw: Raw) -> Self | None:
        """Read the conflict of an answer, None where there was none."""
        told = raw.get("conflict")
        return cls(text_or_none(told, "id"), text_or_none(told, "copy_path"), told) if isinstance(told, dict) else None


@dataclass(frozen=True, slots=True)
class Member:
    """What became of one file of an archive; ``uploaded`` or ``refused``."""

    name: str
    uploaded: "Uploaded | None"
    refused: Refused | None

    @classmethod
    def read(cls, raw: Raw) -> Self:
        """Read one result of many."""
        if "file" in raw:
            return cls(text(raw, "name"), Uploaded.read(raw), None)
        return cls(text(raw, "name"), None, Refused(number(raw, "status"), raw))


@dataclass(frozen=True, slots=True)
class Uploaded:
    """A file that is on the gateway's disk; ``same``: these bytes were there already.

    ``members`` are the files of an archive that the gateway opened; ``file`` is the first of them that it took.
    """

    file: File
    same: bool
    warning: str | None
    conflict: Conflict | None
    members: tuple[Member, ...]
    raw: Raw = field(repr=False, compare=False)

    @classmethod
    def read(cls, raw: Raw) -> Self:
        """Read the answer to an upload."""
        if "results" in raw:
            return cls._many(raw)
        return cls(
            File.read(inner(raw, "file")), flag(raw, "same"), text_or_none(raw, "warn"), Conflict.read(raw), (), raw
        )

    @classmethod
    def _many(cls, raw: Raw) -> Self:
        members = tuple(map(Member.read, objects(raw, "results")))
        taken = [member.uploaded for member in members if member.uploaded]
        if not taken:
            raise NotUnderstood("the gateway's answer has no file")
        return cls(taken[0].file, all(each.same for each in taken), None, None, members, raw)

    @property
    def path(self) -> str:
        """Where it lies."""
        return self.file.path

    @property
    def version(self) -> int:
        """Its version."""
        return self.file.version


@dataclass(frozen=True, slots=True)
class Change:
    """An entry of the journal: ``op`` is ``put``, ``delete`` or ``move``, ``source`` the path that a move comes from.

    ``cursor`` is what to keep once this change is applied; what came with it in one page comes again until its last
    one is applied.
    """

    seq: int
    op: str
    id: str
    path: str
    source: str | None
    version: int | None
    size: int | None
    sha256: str | None
    device: str | None
    cursor: str | None
    raw: Raw = field(repr=False, compare=False)

    @classmethod
    def read(cls, raw: Raw, cursor: str | None) -> Self:
        """Read one of a page."""
        file = inner(raw, "file")
        return cls(
            number(raw, "seq"), text(raw, "op"), text(file, "id"), text(file, "path"), text_or_none(raw, "from"),
            number_or_none(file, "version"), number_or_none(file, "size"), text_or_none(file, "sha256"),
            text_or_none(raw, "device"), cursor, raw,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Pushed:
    """What became of a change that was pushed: ``ok``, ``same``, ``conflict``, ``need`` or ``refused``."""

    result: str
    id: str | None
    path: str | None
    version: int | None
    conflict: Conflict | None
    refused: Refused | None
    raw: Raw = field(repr=False, compare=False)

    @classmethod
    def read(cls, raw: Raw) -> Self:
        """Read one result of a push."""
        file: Mapping[str, Any] = inner(raw, "file") if "file" in raw else {}
        return cls(
            text(raw, "result"), text_or_none(file, "id"), text_or_none(file, "path"), number_or_none(file, "version"),
            Conflict.read(raw), Refused(0, raw) if "error" in raw else None, raw,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Status:
    """How the store stands; a key with a folder learns the ``cursor`` alone, with which ``changes`` begin now."""

    cursor: str
    files: int | None
    bytes: int | None
    conflicts: int | None
    pending: int | None
    raw: Raw = field(repr=False, compare=False)

    @classmethod
    def read(cls, raw: Raw) -> Self:
        """Read ``sync/status``."""
        return cls(
            text(raw, "cursor"), number_or_none(raw, "files"), number_or_none(raw, "bytes"),
            number_or_none(raw, "conflicts"), number_or_none(raw, "pending"), raw,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Activity:
    """A workout, whatever number of files it came as; seconds, metres, Unix seconds; None is not known."""

    id: str
    start: int | None
    sport: str | None
    sub_sport: str | None
    name: str | None
    distance: float | None
    elapsed: float | None
    timer: float | None
    moving: float | None
    ascent: float | None
    raw: Raw = field(repr=False, compare=False)

    @classmethod
    def read(cls, raw: Raw) -> Self:
        """Read one of a list."""
        return cls(
            text(raw, "id"), number_or_none(raw, "start"), text_or_none(raw, "sport"), text_or_none(raw, "sub_sport"),
            text_or_none(raw, "name"), decimal_or_none(raw, "distance"), decimal_or_none(raw, "elapsed"),
            decimal_or_none(raw, "timer"), decimal_or_none(raw, "moving"), decimal_or_none(raw, "ascent"), raw,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Waiting:
    """A file that waits for a device."""

    id: str
    name: str
    folder: str
    type: str | None
    size: int
    version: int
    time: int
    raw: Raw = field(repr=False, compare=False)

    @classmethod
    def read(cls, raw: Raw) -> Self:
        """Read one of the watch API's list."""
        return cls(
            text(raw, "id"), text(raw, "n"), text(raw, "f"), text_or_none(raw, "y"), number(raw, "s"),
            number(raw, "v"), number(raw, "t"), raw,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sent:
    """A file that a device sent; ``same``: these bytes were there already."""

    id: str
    type: str | None
    size: int
    version: int
    same: bool
    warning: str | None
    raw: Raw = field(repr=False, compare=False)

    @classmethod
    def read(cls, raw: Raw) -> Self:
        """Read the answer to the watch API's upload."""
        return cls(
            text(raw, "id"), text_or_none(raw, "y"), number(raw, "s"), number(raw, "v"), flag(raw, "dup"),
            text_or_none(raw, "warn"), raw,
        )  # fmt: skip
