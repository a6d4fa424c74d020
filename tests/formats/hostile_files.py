"""Files of any size made to cost a reader time or memory: by name, how to make one and what becomes of 4 MB of it."""

from collections.abc import Callable

from tests.formats.fit_files import FILE_ID, RECORD, UINT8, UINT16, define, file_id, frame_fast

Make = Callable[[int], bytes]
"""Makes the file of about so many bytes."""

BYTE, OTHER = define(RECORD, [(3, 1, UINT8)]), define(RECORD, [(4, 1, UINT8)], local=1)
ANOTHER = define(200, [(4, 1, UINT8)], local=1)


def fill(unit: bytes, size: int) -> bytes:
    return unit * (size // len(unit))


def numbered(pattern: str, size: int) -> bytes:
    return b"".join((pattern % i).encode() for i in range(size // len(pattern)))


def gpx(inside: bytes) -> bytes:
    return b"<gpx><trk><trkseg>" + inside + b"</trkseg></trk></gpx>"


def gpx_name(inside: bytes) -> bytes:
    return b"<gpx><rte><name>" + inside + b"</name></rte></gpx>"


def tcx(inside: bytes) -> bytes:
    return b"<TrainingCenterDatabase><Activities>" + inside + b"</Activities></TrainingCenterDatabase>"


def laughs(size: int) -> bytes:
    """One entity of 60,000 letters, used again and again: quadratic when expanded."""
    return b'<!DOCTYPE gpx [<!ENTITY a "' + b"x" * 60_000 + b'">]><gpx>' + fill(b"&a;", size) + b"</gpx>"


def fit(records: bytes) -> bytes:
    return frame_fast(define(FILE_ID, [(0, 1, 0)]) + b"\0\4" + records)


def wide(size: int) -> bytes:
    """Messages of 255 fields."""
    return fit(define(RECORD, [(i, 1, UINT8) for i in range(255)]) + fill(bytes(256), size))


def one_field_again_and_again(size: int) -> bytes:
    """A definition with one field 255 times: a decoder that looks each of them up needs seconds for the messages."""
    return fit(define(RECORD, [(3, 1, UINT8)] * 255) + fill(bytes(256), size))


def definitions_all_different(size: int) -> bytes:
    pairs = ((i % 255, 1 + i // 255 % 200, 1 + i // 51_000) for i in range(size // 12))
    return fit(b"".join(define(200, [(number, one, UINT8), (255, two, UINT8)]) for number, one, two in pairs))


def parts_all_small(size: int) -> bytes:
    return fill(frame_fast(file_id()), size)


def kinds_that_change(size: int) -> bytes:
    """Fifteen kinds that take turns, and again and again another sixteenth: what is made for one set fits no other."""
    made = [define(RECORD, [], local=local) for local in range(15)]
    changing = (
        define(RECORD, [(100, k % 250 + 1, 13), (101, k // 250 + 1, 13)], local=15) + bytes(i % 15 for i in range(66))
        for k in range(min(size // 78, 9_000))
    )
    return fit(b"".join([*made, *changing]))


def turns_broken_off(size: int) -> bytes:
    """Kinds that take turns, but for a compressed timestamp between any two."""
    made = [define(21, [], local=local) for local in range(16)]
    return fit(b"".join(made) + bytes(i % 15 for i in range(70)) + fill(b"\x80\1", size))


def shapes_all_different(size: int) -> bytes:
    """Points of which none looks like another, and each is long."""
    inside = "".join(f"<a{i}>x</a{i}>" for i in range(90))
    point = '<trkpt lat="1" lon="2">%s</trkpt>'
    return gpx("".join(point % inside.replace("a8", f"b{i}") for i in range(size // 1200)).encode())


XML: dict[str, tuple[Make, str]] = {
    "elements without end": (lambda size: b"<gpx>" + fill(b"<a>", size), "too_deep"),
    "elements without end, late": (lambda size: gpx(fill(b"<a/>", size // 2) + fill(b"<a>", size // 2)), "too_deep"),
    "empty elements": (lambda size: gpx(fill(b"<a/>", size)), "other"),
    "points": (lambda size: gpx(fill(b'<trkpt lat="1" lon="1"/>', size)), "activity"),
    "points far apart": (
        lambda size: gpx(fill(b'<trkpt lat="1" lon="1"/><trkpt lat="-1" lon="-179"/>', size)),
        "activity",
    ),
    "points with everything": (
        lambda size: gpx(
            fill(b'<trkpt lat="1.5" lon="1"><ele>1</ele><time>2020-01-01T00:00:00Z</time></trkpt>', size)
        ),
        "activity",
    ),
    "points of many shapes": (shapes_all_different, "too_many_names"),
    "segments": (lambda size: b"<gpx><trk>" + fill(b"<trkseg/>", size) + b"</trk></gpx>", "other"),
    "way-points": (
        lambda size: b"<gpx>" + fill(b'<wpt lat="1" lon="1"><name>a</name></wpt>', size) + b"</gpx>",
        "waypoints",
    ),
    "names": (lambda size: gpx(numbered("<a%x/>", size)), "too_many_names"),
    "names of attributes": (lambda size: gpx(numbered("<a a%x=''/>", size)), "too_many_names"),
    "attributes": (lambda size: gpx(b"<a " + numbered("a%x='' ", size) + b"/>"), "token_too_long"),
    "namespaces at once": (lambda size: gpx(b"<a " + numbered("xmlns:a%x='u' ", size) + b"/>"), "token_too_long"),
    "namespaces": (lambda size: gpx(numbered("<a xmlns:a%x='u'/>", size)), "too_many_names"),
    "one namespace": (lambda size: gpx(fill(b"<a xmlns='urn:u'/>", size)), "other"),
    "a comment": (lambda size: gpx(b"<!--" + fill(b"x", size) + b"-->"), "token_too_long"),
    "a comment without end": (lambda size: b"<gpx><!--" + fill(b"x", size), "token_too_long"),
    "an attribute": (lambda size: gpx(b"<a a='" + fill(b"x", size) + b"'/>"), "token_too_long"),
    "a latitude": (lambda size: gpx(b'<trkpt lat="' + fill(b"1", size) + b'" lon="1"/>'), "token_too_long"),
    "a name": (lambda size: gpx_name(fill(b"x", size)), "course"),
    "references": (lambda size: gpx_name(fill(b"&lt;", size)), "course"),
    "blanks": (lambda size: fill(b" ", size) + b"<gpx/>", "other"),
    "long numbers": (lambda size: gpx(fill(b'<trkpt lat="1' + b"0" * 9999 + b'" lon="1"/>', size)), "course"),
    "laughs": (laughs, "dtd_forbidden"),
    "activities": (lambda size: tcx(fill(b"<Activity/>", size)), "activity"),
    "laps": (lambda size: tcx(b"<Activity>" + fill(b"<Lap/>", size) + b"</Activity>"), "activity"),
    "track points": (
        lambda size: tcx(b"<Activity><Lap><Track>" + fill(b"<Trackpoint/>", size) + b"</Track></Lap></Activity>"),
        "activity",
    ),
}  # fmt: skip
JSON: dict[str, tuple[Make, str]] = {
    "arrays in arrays": (lambda size: fill(b"[", size), "too_many_values"),
    "arrays": (lambda size: b"[" + fill(b"[],", size) + b"1]", "too_many_values"),
    # orjson reserves twelve times the document as address space, though it touches little of it: half the size
    "a string": (lambda size: b'["' + fill(b"x", size // 2) + b'"]', "other"),
    "a broken string": (lambda size: b'["' + fill(b"\xc3\xa9", size // 2) + b'",x]', "bad_json"),
    "a number": (lambda size: b"[" + fill(b"9", size // 2) + b"]", "bad_json"),
    "a fraction": (lambda size: b"[0." + fill(b"3", size // 2) + b"]", "other"),
    "escapes": (lambda size: b'["' + fill(b"\\u00e9", size // 2) + b'"]', "other"),
}
FIT: dict[str, tuple[Make, str]] = {
    "messages without a field": (lambda size: fit(define(RECORD, []) + fill(b"\0", size)), "activity"),
    "small messages": (lambda size: fit(BYTE + fill(b"\0x", size)), "activity"),
    "powers": (lambda size: fit(define(RECORD, [(7, 2, UINT16)]) + fill(b"\0ab", size)), "activity"),
    "alternating records": (lambda size: fit(BYTE + OTHER + fill(b"\0x\1x", size)), "activity"),
    "alternating messages": (lambda size: fit(BYTE + ANOTHER + fill(b"\0x\1x", size)), "activity"),
    "kinds that change": (kinds_that_change, "activity"),
    "turns broken off": (turns_broken_off, "too_many_messages"),
    "compressed timestamps": (lambda size: fit(BYTE + fill(b"\x81x\x8fx\x9dx", size)), "activity"),
    "definitions": (lambda size: fit(fill(BYTE + b"\0x", size)), "activity"),
    "definitions all different": (definitions_all_different, "too_many_definitions"),
    "wide messages": (wide, "activity"),
    "one field again and again": (one_field_again_and_again, "duplicate_field"),
    "laps in FIT": (lambda size: fit(define(19, [(5, 1, 0)]) + fill(b"\0\1", size)), "activity"),
    "parts": (parts_all_small, "too_many_parts"),
}
CASES = XML | JSON | FIT
