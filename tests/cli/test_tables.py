"""Tables on terminals of every width: no value is cut, whatever else has to give way."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.cli.layout import GAP, WHOLE, cells, cut, fit, folded
from gateway.simwatch.localgateway import LocalGateway
from tests.cli.test_activities import on_a_terminal
from tests.samples import START
from tests.samples import fit as run

DEEP = "/documents/reports of 2026/a rather deep folder/with-a-name-that-goes-on-and-on.txt"
ID = re.compile(r"\b[a-z2-7]{12}\b")
MOMENT = re.compile(r"\b\d{4}-\d\d-\d\d \d\d:\d\d\b")


@pytest.fixture(scope="module")
def filled(gateway: LocalGateway, tmp_path_factory: pytest.TempPathFactory) -> LocalGateway:
    """A long run, one with a long name, a deep path, keys and something deleted."""
    folder = tmp_path_factory.mktemp("in")
    (folder / "long.fit").write_bytes(run(4804, START))
    places = "".join(
        f'<trkpt lat="47.{n:03}" lon="15"><time>2026-09-22T04:{n:02}:00Z</time></trkpt>' for n in range(60)
    )
    named = f"<trk><name>Around the lake with Anna, the second half very slow</name><trkseg>{places}</trkseg></trk>"
    (folder / "lake.gpx").write_text(f'<gpx version="1.1">{named}</gpx>')
    note = folder / DEEP.rpartition("/")[2]
    note.write_text("hello")
    gateway.command("add", str(folder / "long.fit"), str(folder / "lake.gpx"))
    gateway.command("add", str(note), "--to", DEEP.rpartition("/")[0])
    gateway.command("add", str(note), "--to", "/documents")
    gateway.command("rm", f"/documents/{note.name}")
    gateway.command("apikey", "create", "the phone of Ana in the kitchen", "--folder", "/photos/holidays")
    return gateway


@pytest.mark.parametrize("columns", [40, 60, 80, 120])
@pytest.mark.parametrize("words", [("activities",), ("list", "/"), ("list", "/activities"), ("apikey", "list"),
                                   ("trash",)])  # fmt: skip
def test_no_value_is_cut(filled: LocalGateway, words: tuple[str, ...], columns: int) -> None:
    seen = on_a_terminal(filled, *words, columns=columns)
    assert max(map(cells, seen.splitlines())) <= columns
    if words[0] != "list":
        assert ID.search(seen)
    assert len(MOMENT.findall(seen)) == len(re.findall(r"\d{4}-\d\d-\d", seen))
    if words[-1] == "/activities" or words == ("activities",):
        assert "1:20:03" in seen
        assert re.search(r"14\.68 km", seen)


def test_a_path_is_there_to_the_last_letter(filled: LocalGateway) -> None:
    seen = on_a_terminal(filled, "list", "/documents", columns=80)
    column = [line[: line.find("  ")] if "  " in line else line for line in seen.splitlines()[1:]]
    assert "".join(column).replace(" ", "") == DEEP.replace(" ", "")


def test_columns_go_in_a_stated_order(filled: LocalGateway) -> None:
    headings = {columns: on_a_terminal(filled, "activities", columns=columns).splitlines()[0].split()
                for columns in (60, 80, 120)}  # fmt: skip
    assert headings[60] == ["When", "Sport", "Distance", "Time", "Id"]
    assert headings[80] == ["When", "Sport", "Name", "Distance", "Time", "Id"]
    assert headings[120] == ["When", "Sport", "Name", "Distance", "Time", "Pace", "Climb", "Heart", "Id"]


def test_too_narrow_for_any_table_gives_a_line_a_value(filled: LocalGateway) -> None:
    seen = on_a_terminal(filled, "activities", columns=40)
    assert seen.splitlines()[0].split() == ["When", "2026-09-22", "04:00"]
    assert "Around the lake with" in seen
    assert "second half very slow" in seen


def test_what_is_not_valid_is_told_beside_a_long_name(filled: LocalGateway, tmp_path: Path) -> None:
    for name in ("a" * 90 + ".gpx", "b.gpx"):
        (tmp_path / name).write_text("<gpx")
    seen = on_a_terminal(filled, "inspect", *map(str, sorted(tmp_path.iterdir())), columns=80, code=1)
    assert seen.count("cut short") == 2


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("/documents/some folder/note.txt", 16, ["/documents/some", "folder/note.txt"]),
        ("running, 14.68 km, 1:20:03", 12, ["running,", "14.68 km,", "1:20:03"]),
        ("59 of about 61 s, until 2026-09-20 04:30", 20, ["59 of about 61 s,", "until", "2026-09-20 04:30"]),
        ("notes.sync-conflict-20261201-035542-pi.txt", 20, ["notes.sync-conflict-", "20261201-035542-pi.", "txt"]),
        ("x" * 20, 16, ["x" * 16, "x" * 4]), ("日本" * 5, 8, ["日本日本", "日本日本", "日本"]), ("", 16, [""]),
    ],
)  # fmt: skip
def test_where_a_text_is_folded(text: str, width: int, lines: list[str]) -> None:
    assert folded(text, width).splitlines() == (lines if text else [])


@given(st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"], include_characters=" ")),
       st.integers(3, 40))  # fmt: skip
def test_folding_loses_nothing_but_blanks(text: str, width: int) -> None:
    lines = folded(text, width).split("\n")
    assert max(map(cells, lines)) <= width
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert cells(cut(text, width)) <= width


@given(st.lists(st.tuples(st.integers(1, 60), st.booleans(), st.booleans()), min_size=1, max_size=8),
       st.integers(20, 140))  # fmt: skip
def test_what_fits_is_whole_and_what_does_not_is_said(shape: list[tuple[int, bool, bool]], width: int) -> None:
    columns = [["h", "x" * most] for most, _, _ in shape]
    soft = {place for place, (_, shrinks, _) in enumerate(shape) if shrinks}
    drop = [place for place, (_, _, goes) in enumerate(shape) if goes]
    fitted = fit(columns, soft, drop, width)
    assert fitted.overflow == (sum(fitted.widths) + GAP * (len(fitted.widths) - 1) > width)
    for place, got in zip(fitted.places, fitted.widths, strict=True):
        assert got == shape[place][0] or (place in soft and WHOLE <= got < shape[place][0])
    assert {*range(len(shape))} - {*drop} <= {*fitted.places}


def test_empty_columns_go_first() -> None:
    columns = [["Id", "i" * 12], ["Size", "s" * 8], ["Last", "-"]]
    assert fit(columns, (), [1, 2], 22).places == [0, 1]
