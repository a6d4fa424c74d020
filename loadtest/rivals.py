"""What other libraries need for the same files: each function reads one completely and gives nothing back."""

import warnings
from collections.abc import Callable
from xml.etree import ElementTree as ET

import fitdecode
import fitparse
import garmin_fit_sdk
import gpxpy

Reader = Callable[[bytes], object]


class Failed(Exception):
    """A rival cannot read this file."""


def with_fitdecode(data: bytes) -> None:
    """All frames, decoded."""
    with fitdecode.FitReader(data, error_handling=fitdecode.ErrorHandling.IGNORE) as reader:
        for _ in reader:
            pass


def with_garmin_sdk(data: bytes) -> None:
    """All messages with the SDK's own defaults."""
    stream = garmin_fit_sdk.Stream.from_byte_array(bytearray(data))
    _, errors = garmin_fit_sdk.Decoder(stream).read()
    if errors:
        raise Failed(str(errors[0]))


def with_fitparse(data: bytes) -> None:
    """All messages, decoded; of a chain its first file, for it knows no other."""
    for _ in fitparse.FitFile(data).get_messages():
        pass


def with_gpxpy(data: bytes) -> None:
    """The document, and of it what our summary says too."""
    document = gpxpy.parse(data.lstrip())
    document.length_2d()
    document.length_3d()
    document.get_time_bounds()
    document.get_uphill_downhill()
    document.get_moving_data()


def with_element_tree(data: bytes) -> None:
    """The tree and nothing from it."""
    ET.fromstring(data.lstrip())


warnings.filterwarnings("ignore", module="fitdecode|fitparse|gpxpy")
