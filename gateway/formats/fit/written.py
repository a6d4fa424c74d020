"""The messages that are written, as far as they are: numbers, types and scales are the profile's."""

from typing import Final

from gateway.formats.fit.definition import FIT_EPOCH
from gateway.formats.fit.encoding import (
    BYTE,
    ENUM,
    SINT8,
    SINT32,
    STRING,
    UINT8,
    UINT16,
    UINT32,
    UINT32Z,
    Field,
    Message,
)
from gateway.formats.fit.records import SEMICIRCLE

NAME_SIZE: Final = 16
"""Bytes, with the NUL at the end, for which every device has room (as in Garmin's own C structures)."""

ACTIVITY_FILE, COURSE_FILE = 4, 6
TIMER, SESSION_EVENT, LAP_EVENT, ACTIVITY_EVENT = 0, 8, 9, 26
START, STOP, STOP_ALL, STOP_DISABLE_ALL = 0, 1, 4, 9
MANUAL_LAP, LAST_LAP = 0, 7


def _moment(number: int) -> Field:
    return Field(number, UINT32, offset=-FIT_EPOCH)


def _seconds(number: int) -> Field:
    return Field(number, UINT32, 1000)


def _degrees(number: int) -> Field:
    return Field(number, SINT32, 1 / SEMICIRCLE)


FILE_ID = Message(
    0,
    {
        "serial": Field(3, UINT32Z),
        "created": _moment(4),
        "maker": Field(1, UINT16),
        "product": Field(2, UINT16),
        "type": Field(0, ENUM),
        "product_name": Field(8, STRING, size=32),
    },
)
FILE_CREATOR = Message(49, {"software": Field(0, UINT16)})
DEVICE_INFO = Message(
    23,
    {
        "timestamp": _moment(253),
        "serial": Field(3, UINT32Z),
        "maker": Field(2, UINT16),
        "product": Field(4, UINT16),
        "software": Field(5, UINT16),
        "index": Field(0, UINT8),
        "product_name": Field(27, STRING, size=32),
    },
)
DEVELOPER_DATA_ID = Message(207, {"application": Field(1, BYTE, size=16), "index": Field(3, UINT8)})
FIELD_DESCRIPTION = Message(
    206,
    {
        "index": Field(0, UINT8),
        "number": Field(1, UINT8),
        "base": Field(2, UINT8),
        "name": Field(3, STRING, size=64),
        "units": Field(8, STRING, size=NAME_SIZE),
    },
)
EVENT = Message(
    21, {"timestamp": _moment(253), "data": Field(3, UINT32), "event": Field(0, ENUM), "type": Field(1, ENUM)}
)
RECORD_NUMBER = 20
RECORD = {
    "time": _moment(253),
    "lat": _degrees(0),
    "lon": _degrees(1),
    "altitude": Field(2, UINT16, 5, 500),
    "distance": Field(5, UINT32, 100),
    "speed": Field(6, UINT16, 1000),
    "hr": Field(3, UINT8),
    "cadence": Field(4, UINT8),
    "power": Field(7, UINT16),
    "temperature": Field(13, SINT8),
}
"""The fields of a record by the column that fills them."""

WIDE = {"altitude": Field(78, UINT32, 5, 500), "speed": Field(73, UINT32, 1000)}
"""The enhanced fields, for values that the usual ones have no room for."""

_PART = {
    "timestamp": _moment(253),
    "start": _moment(2),
    "start_lat": _degrees(3),
    "start_lon": _degrees(4),
    "elapsed": _seconds(7),
    "timer": _seconds(8),
    "distance": Field(9, UINT32, 100),
    "calories": Field(11, UINT16),
    "index": Field(254, UINT16),
    "event": Field(0, ENUM),
    "event_type": Field(1, ENUM),
}
LAP = Message(
    19,
    {
        **_PART,
        "end_lat": _degrees(5),
        "end_lon": _degrees(6),
        "moving": _seconds(52),
        "avg_speed": Field(13, UINT16, 1000),
        "max_speed": Field(14, UINT16, 1000),
        "ascent": Field(21, UINT16),
        "descent": Field(22, UINT16),
        "avg_power": Field(19, UINT16),
        "max_power": Field(20, UINT16),
        "avg_hr": Field(15, UINT8),
        "max_hr": Field(16, UINT8),
        "avg_cadence": Field(17, UINT8),
        "max_cadence": Field(18, UINT8),
        "trigger": Field(24, ENUM),
        "sport": Field(25, ENUM),
        "sub_sport": Field(39, ENUM),
    },
)
SESSION = Message(
    18,
    {
        **_PART,
        "end_lat": _degrees(38),
        "end_lon": _degrees(39),
        "moving": _seconds(59),
        "avg_speed": Field(14, UINT16, 1000),
        "max_speed": Field(15, UINT16, 1000),
        "ascent": Field(22, UINT16),
        "descent": Field(23, UINT16),
        "avg_power": Field(20, UINT16),
        "max_power": Field(21, UINT16),
        "first_lap": Field(25, UINT16),
        "laps": Field(26, UINT16),
        "avg_hr": Field(16, UINT8),
        "max_hr": Field(17, UINT8),
        "avg_cadence": Field(18, UINT8),
        "max_cadence": Field(19, UINT8),
        "trigger": Field(28, ENUM),
        "sport": Field(5, ENUM),
        "sub_sport": Field(6, ENUM),
    },
)
SPORT = Message(12, {"sport": Field(0, ENUM), "sub_sport": Field(1, ENUM), "name": Field(3, STRING, size=64)})
ACTIVITY = Message(
    34,
    {
        "timestamp": _moment(253),
        "timer": _seconds(0),
        "sessions": Field(1, UINT16),
        "type": Field(2, ENUM),
        "event": Field(3, ENUM),
        "event_type": Field(4, ENUM),
    },
)
COURSE = Message(
    31,
    {
        "name": Field(5, STRING, size=NAME_SIZE),
        "capabilities": Field(6, UINT32Z),
        "sport": Field(4, ENUM),
        "sub_sport": Field(7, ENUM),
    },
)
COURSE_POINT = Message(
    32,
    {
        "timestamp": _moment(1),
        "lat": _degrees(2),
        "lon": _degrees(3),
        "distance": Field(4, UINT32, 100),
        "index": Field(254, UINT16),
        "type": Field(5, ENUM),
        "name": Field(6, STRING, size=NAME_SIZE),
    },
)
