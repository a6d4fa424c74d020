"""What independent programs read of a FIT file; each fails on one that it does not accept."""

import io
from typing import Any

import fitdecode
from garmin_fit_sdk import Decoder, Stream

Messages = dict[str, list[dict[str, Any]]]


def accepted(data: bytes) -> Messages:
    """The messages as Garmin's own SDK reads them, once fitdecode has counted as many."""
    assert _decoder(data).is_fit()
    assert _decoder(data).check_integrity()
    messages, errors = _decoder(data).read(merge_heart_rates=False)
    assert errors == []
    assert len(names(data)) == sum(map(len, messages.values()))
    return {name.removesuffix("_mesgs"): found for name, found in messages.items() if isinstance(name, str)}


def names(data: bytes) -> list[str]:
    """The names of the messages, in order, as fitdecode reads them."""
    options = {"check_crc": fitdecode.CrcCheck.RAISE, "error_handling": fitdecode.ErrorHandling.RAISE}
    with fitdecode.FitReader(io.BytesIO(data), **options) as reader:
        return [frame.name for frame in reader if isinstance(frame, fitdecode.FitDataMessage)]


def _decoder(data: bytes) -> Decoder:
    return Decoder(Stream.from_byte_array(bytearray(data)))
