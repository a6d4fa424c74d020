"""Who made a FIT file: the messages at its beginning."""

from array import array
from typing import NamedTuple
from zlib import crc32

from gateway.formats.fit import profile
from gateway.formats.fit.encoding import Encoder, Value
from gateway.formats.fit.written import DEVICE_INFO, FILE_CREATOR, FILE_ID
from gateway.formats.track import Track
from gateway.model import Device

DEVELOPMENT = 255
"""The manufacturer that files of one's own carry."""

_OURSELVES = "Wristgate"
_CREATOR = 0
_RAW_VERSION = 100


class Origin(NamedTuple):
    """A device as FIT has it."""

    maker: int
    product: int | None
    product_name: str | None
    serial: int | None
    software: float | None


def our_origin(track: Track) -> Origin:
    """Return ourselves as the maker of a file of this track.

    The serial number comes from the samples (CRC-32): devices tell files apart by it, and the same track gives the
    same file.
    """
    return _origin(Device(), track)


def origin_of(track: Track) -> Origin:
    """Return the recording device as far as the profile has numbers for it, an unknown maker as ``our_origin``."""
    return _origin(track.summary.device or Device(), track)


def _origin(device: Device, track: Track) -> Origin:
    maker = profile.manufacturer_number(device.manufacturer)
    product = None if maker is None else profile.product_number(maker, device.product)
    return Origin(
        maker=DEVELOPMENT if maker is None else maker,
        product=product,
        product_name=None if product is not None else device.product or (_OURSELVES if maker is None else None),
        serial=device.serial or (_fingerprint(track) if maker is None else None),
        software=_version(device.software),
    )


def write_file_id(encoder: Encoder, origin: Origin, file_type: int, created: float) -> None:
    """Append the message that a file begins with, and who wrote it; ``created`` is a Unix time."""
    encoder.write(FILE_ID, _values(origin) | {"type": file_type, "created": created})
    if origin.software is not None:
        encoder.write(FILE_CREATOR, {"software": origin.software})


def write_device(encoder: Encoder, origin: Origin, timestamp: float) -> None:
    """Append the recording device of an activity."""
    values = _values(origin) | {"software": origin.software, "index": _CREATOR, "timestamp": timestamp}
    encoder.write(DEVICE_INFO, values)


def _values(origin: Origin) -> dict[str, Value]:
    return {
        "maker": origin.maker,
        "product": origin.product,
        "product_name": origin.product_name,
        "serial": origin.serial,
    }


def _version(text: str | None) -> float | None:
    """Return ``12.34`` as 1234, ``None`` for what is no such version."""
    whole, _, part = (text or "").partition(".")
    if not (
        whole.isascii() and whole.isdigit() and part.isascii() and part.isdigit() and len(whole + part) <= len("65534")
    ):
        return None
    return round(float(text or "") * _RAW_VERSION)


def _fingerprint(track: Track) -> int:
    value = crc32((track.summary.name or "").encode("utf-8", "replace"))
    for name, column in sorted(track.columns.items()):
        value = crc32(array("d", column).tobytes(), crc32(name.encode("utf-8", "replace"), value))
    return value or 1
