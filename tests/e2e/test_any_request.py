"""Whatever is asked of the watch's routes with a valid token: the contract holds, and nothing fails inside."""

import string
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from gateway.simwatch import sample
from tests.e2e import content
from tests.e2e.client import GARMIN, Device, encode, of, send
from tests.e2e.contract import check
from tests.e2e.program import Program

METHODS = st.sampled_from(["GET", "POST", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS", "PROPFIND", "SEARCH"])
TEXT = st.text(max_size=30)
PIECE = st.one_of(
    st.sampled_from(
        ["status", "files", "pair", "upload", "ack", "config", "download", "native", "records", "track", "..", ".", ""]
    ),
    st.sampled_from(["a.fit", "x.gpx", "aaaaaaaaaaaa", "aaaaaaaaaaaa.gpx", "aaaaaaaaaaaa.fit"]),
    TEXT.map(lambda text: quote(text, safe="")),
)
ROUTE = st.sampled_from(
    ["status", "files", "pair", "upload", "ack", "config", "download/", "native/", "records", "track"]
)
PATH = st.one_of(
    ROUTE,
    st.builds(lambda route, piece: f"{route.rstrip('/')}/{piece}", ROUTE, PIECE),
    st.lists(PIECE, max_size=4).map("/".join),
)
NUMBERS = st.one_of(st.integers(-5, 40_000), st.integers(), st.floats(allow_nan=False))
PARAMETERS = st.dictionaries(
    st.one_of(st.sampled_from(["off", "v", "cursor", "type", "all", "as", "id", "have", "points"]), TEXT),
    st.one_of(NUMBERS.map(str), st.sampled_from(["json", "gpx", "1", "1790000000.aaaaaaaaaaaa"]), TEXT),
    max_size=4,
)
KEYS = st.one_of(
    st.sampled_from(["name", "file", "json", "up", "n", "off", "size", "files", "id", "v", "device", "app"]), TEXT
)
SCALARS = st.one_of(
    st.none(), st.booleans(), NUMBERS, TEXT, st.sampled_from(["AAAA", "YQ==", encode(content.small(3)), "run.fit"])
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(KEYS, inner, max_size=4)),
    max_leaves=12,
)
UPLOADED = {"name": "a.json", "json": {"a": None}}
OBJECTS = st.dictionaries(KEYS, VALUES, max_size=7)
PARTS = st.fixed_dictionaries(
    {
        "up": TEXT, "name": st.one_of(TEXT, st.just("a.fit")), "size": st.integers(0, 300),
        "off": st.sampled_from([0, 0, 0, 1, 100]), "file": st.binary(max_size=200).map(encode),
    }
)  # fmt: skip
UPLOADS = st.fixed_dictionaries(
    {"name": st.one_of(TEXT, st.just("a.json"))},
    optional={
        "json": OBJECTS, "file": st.binary(max_size=200).map(encode), "n": TEXT, "up": TEXT, "off": st.integers(0, 300),
        "size": st.integers(0, 300),
    },
)  # fmt: skip
BODIES = st.one_of(st.none(), st.binary(max_size=60), OBJECTS.map(of), UPLOADS.map(of), st.builds(of, VALUES))
NAMES = st.sampled_from(
    [
        "Accept",
        "Accept-Encoding",
        "Content-Type",
        "X-Forwarded-For",
        "If-None-Match",
        "Range",
        "Origin",
        "Cookie",
        "X-Odd",
    ]
)
FIELDS = st.dictionaries(NAMES, st.text(string.ascii_letters + string.digits + " */;=,.:-\"'", max_size=30), max_size=4)
KNOWN = st.sampled_from(["{loop}", "{zones}", "{zones}", "loop.gpx", quote("z\u00f6nes.json")])
ACKS = st.fixed_dictionaries(
    {"files": st.lists(st.fixed_dictionaries({"id": st.one_of(KNOWN, TEXT), "v": NUMBERS}), max_size=3)}
)
RECORD = st.fixed_dictionaries(
    {"y": st.sampled_from(["act", "day", "hr", "alt", "batt"]), "t": st.one_of(st.integers(0, 1_790_000_000), VALUES)},
    optional={"d": st.one_of(st.lists(st.integers(-1, 100), max_size=3), VALUES), "step": NUMBERS, "m": VALUES},
)
RECORDS = st.fixed_dictionaries({"r": st.lists(st.one_of(RECORD, VALUES), max_size=4)}, optional={"n": TEXT})
ROWS = st.lists(st.one_of(st.lists(st.integers(-1, 300), min_size=2, max_size=2), VALUES), max_size=3)
BATCHES = st.fixed_dictionaries(
    {"up": st.one_of(st.just("t"), TEXT), "off": st.sampled_from([0, 0, 1, 5]), "rows": ROWS},
    optional={
        "t": st.integers(600_000_000, 1_790_000_000), "cols": st.one_of(st.just(["dt", "hr"]), VALUES),
        "sp": NUMBERS, "ss": NUMBERS, "end": st.one_of(st.booleans(), VALUES),
    },
)  # fmt: skip
PAIRINGS = st.fixed_dictionaries({"device": TEXT}, optional={"name": VALUES, "app": VALUES})
WILD = st.tuples(METHODS, PATH, BODIES)
MEANT = st.one_of(
    st.tuples(st.just("POST"), st.just("upload"), st.one_of(UPLOADS, PARTS, OBJECTS).map(of)),
    st.tuples(st.just("POST"), st.just("ack"), ACKS.map(of)),
    st.tuples(st.just("POST"), st.just("pair"), PAIRINGS.map(of)),
    st.tuples(st.just("GET"), st.sampled_from(["files", "status", "config", "pair"]), st.none()),
    st.tuples(st.just("GET"), st.builds("download/{}".format, KNOWN), st.none()),
    st.tuples(st.just("POST"), st.just("records"), RECORDS.map(of)),
    st.tuples(st.just("POST"), st.just("track"), BATCHES.map(of)),
    st.tuples(
        st.just("GET"), st.sampled_from(["native/{loop}.gpx", "native/{loop}.fit", "native/{zones}.gpx"]), st.none()
    ),
)


@pytest.fixture(scope="module")
def ids(shared: Program, shared_watch: Device, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A route and a document that can be asked for, with the ids by which they are."""
    folder = tmp_path_factory.mktemp("files")
    (folder / "loop.gpx").write_bytes(sample.route(20))
    (folder / "z\u00f6nes.json").write_bytes(b'{"z\xc3\xb6nes":[1.5,null,true,"\xf0\x9f\x9a\xb4"]}')
    for file in folder.iterdir():
        shared.command("add", str(file), "--to", "/routes/any")
    return {file["n"][0]: file["id"] for file in shared_watch.listed("&all=1") if file["f"] == "/routes/any"}


@settings(max_examples=600, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    request=st.one_of(WILD, MEANT), parameters=PARAMETERS, fields=FIELDS, most=st.integers(256, 5000), e=st.booleans()
)
@example(request=("POST", "upload", of(UPLOADED)), parameters={}, fields={}, most=256, e=False)
@example(request=("GET", "download/{zones}", None), parameters={"as": "json"}, fields={}, most=256, e=False)
@example(request=("GET", "native/{loop}.gpx", None), parameters={}, fields={}, most=256, e=True)
def test_whatever_is_asked(
    shared_watch: Device,
    ids: dict[str, str],
    request: tuple[str, str, bytes | None],
    parameters: dict[str, str],
    fields: dict[str, str],
    most: int,
    e: bool,
) -> None:
    method, path, body = request
    for name, key in (("{loop}", ids["l"]), ("{zones}", ids["z"])):
        path = path.replace(name, key)
        body = body and body.replace(name.encode(), key.encode())
    query = (
        {name: value for name, value in parameters.items() if name != "e"} | {"max": most} | ({"e": "200"} if e else {})
    )
    text = "&".join(f"{quote(str(name), safe='')}={quote(str(value), safe='')}" for name, value in query.items())
    head = "".join(f"{name}: {value.strip()}\r\n" for name, value in fields.items())
    answer = send(shared_watch, method, f"{GARMIN}{path}?{text}", head, body)
    value = check(answer, head=method == "HEAD", hidden=e, most=most)
    assert value.get("error") not in {"internal", "busy"}
