"""``wristgate disk-usage``: where the room goes."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import click

from gateway.cli.asjson import print_json
from gateway.cli.context import looking
from gateway.cli.logfile import FOLDER
from gateway.cli.premises import Sizes, sizes
from gateway.cli.tables import show
from gateway.wording import size

if TYPE_CHECKING:
    from gateway.service.usage import Room

Row = tuple[str, str, int | None, int]
"""A part's stable name, how people call it, how many things it is (None: nobody counts them), bytes."""

_KINDS: Final = {
    "newest": "Newest versions", "earlier": "Earlier versions", "trash": "Trash", "refused": "Refused uploads",
    "unused": "Contents without a file",
}  # fmt: skip
_WIDTH: Final = 20  # cells of the longest bar
_FOLDERS: Final = 15  # rows on a terminal


@click.command("disk-usage")
@click.option(
    "-n", "--largest", type=click.IntRange(0, 1000), default=5, show_default=True, help="How many files to name."
)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
def disk_usage(*, largest: int, as_json: bool) -> None:
    """Show what takes room on the disk: by what it is, by user and folder, and the largest files.

    The parts of the first list add up to all that the data folder has. A user's bytes count each content once, a
    folder's each file by its newest version.

    \b
    Examples:
      wristgate disk-usage
      wristgate disk-usage -n 20
      wristgate disk-usage --json
    """  # noqa: D301
    with looking() as opened, _patience():
        from gateway.service.usage import room  # noqa: PLC0415  as context does: not for a help text

        found = room(opened.store, largest)
        rows = _parts(found, sizes(opened.config.data_dir, FOLDER, opened.store.path.name))
    if as_json:
        _print_json(found, rows)
    elif sys.stdout.isatty():
        _print(found, rows)
    else:
        show((), [("what", key, str(count or 0), str(taken)) for key, _, count, taken in rows])
        show((), [("user", user.email or "owner", str(user.files), str(user.bytes)) for user in found.users])
        show(
            (),
            [
                ("folder", f"{_user(found, row.project)}:{row.top}", str(row.files), str(row.bytes))
                for row in found.folders
            ],
        )
        show(
            (), [("file", f"{_user(found, project)}:{path}", "1", str(taken)) for taken, path, project in found.largest]
        )


@contextmanager
def _patience() -> Iterator[None]:
    """Say on a terminal that it takes a moment."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console  # noqa: PLC0415

    with Console(stderr=True).status("Looking through the files ..."):
        yield


def _parts(found: "Room", measured: Sizes) -> list[Row]:
    """Part what the folder has; the parts that nobody counts are what is left of a file."""
    kinds: list[Row] = [(kind, name, *found.kinds.get(kind, (0, 0))) for kind, name in _KINDS.items()]
    conversions, parts = found.conversions, found.parts
    index = measured.database - found.inside - conversions[1] - parts[1]
    return [
        *kinds,
        ("conversions", "Conversions for watches", *conversions),
        ("unfinished", "Unfinished uploads", parts[0], parts[1] + max(0, measured.contents - found.away - found.seals)),
        ("seals", "Seals of large files", None, min(found.seals, max(0, measured.contents - found.away))),
        ("index", "Journal, index, free pages", None, max(0, index)),
        ("wal", "Newest changes (WAL)", None, measured.wal),
        ("logs", "Logs", None, measured.logs),
        ("other", "Keys, locks and others", None, measured.other),
    ]


def _print(found: "Room", rows: Sequence[Row]) -> None:
    whole = sum(row[3] for row in rows)
    most = max(whole and max(row[3] for row in rows), 1)
    cells = [
        (name, "" if count is None else f"{count:,}", size(taken), "█" * round(_WIDTH * taken / most) or "▏")
        for _, name, count, taken in rows
        if taken
    ]
    show(("What", "Number", "Size", ""), [*cells, ("All", "", size(whole), "")], right=("Number", "Size"))
    if len(found.users) > 1:
        click.echo()
        people = [(user.email or "owner", f"{user.files:,}", size(user.bytes)) for user in found.users]
        show(("User", "Files", "Keeps"), people, right=("Files", "Keeps"), fold=("User",))
    if found.folders:
        click.echo()
        several = len(found.users) > 1
        folders = [
            (row.top, *([_user(found, row.project)] if several else []), f"{row.files:,}", size(row.bytes))
            for row in found.folders[:_FOLDERS]
        ]
        show(
            ("Folder", *(["Of"] if several else []), "Files", "Size"),
            folders,
            right=("Files", "Size"),
            fold=("Folder", *(["Of"] if several else [])),
        )
        if len(found.folders) > _FOLDERS:
            click.echo(f"and {len(found.folders) - _FOLDERS} more: wristgate disk-usage --json")
    if found.largest:
        click.echo()
        show(
            ("Largest files", "Size"),
            [(path, size(taken)) for taken, path, _ in found.largest],
            right=("Size",),
            fold=("Largest files",),
        )


def _user(found: "Room", project: str) -> str:
    owner = found.owners.get(project)
    return next((user.email or "owner" for user in found.users if user.id == owner), "owner")


def _print_json(found: "Room", rows: Sequence[Row]) -> None:
    told = {
        "bytes": sum(row[3] for row in rows),
        "what": {key: {"count": count, "bytes": taken} for key, _, count, taken in rows},
        "users": [{"user": user.email or "owner", "files": user.files, "bytes": user.bytes} for user in found.users],
        "folders": [
            {"folder": row.top, "user": _user(found, row.project), "files": row.files, "bytes": row.bytes}
            for row in found.folders
        ],
        "largest": [
            {"path": path, "user": _user(found, project), "bytes": taken} for taken, path, project in found.largest
        ],
    }
    print_json(told, indent=True)
