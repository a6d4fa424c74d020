"""Log lines: JSON for machines, plain text for a terminal; never a query, a token or a key."""

import json
import logging
import sys
import traceback
from datetime import UTC, datetime
from typing import Any, Final

import orjson

from gateway.cli.logfile import FOLDER, LogFile
from gateway.config import Config

_MB: Final = 1024 * 1024
_PLAIN: Final = ("method", "path", "status", "ms", "device", "id")


class JsonLines(logging.Formatter):
    """One JSON object a line, in ASCII."""

    def format(self, record: logging.LogRecord) -> str:
        """Encode a record, once for all who write it; a request's fields stand beside time and level."""
        encoded: str | None = getattr(record, "encoded", None)
        if encoded is None:
            encoded = record.encoded = _ascii(self._line(record))
        return encoded

    @staticmethod
    def _line(record: logging.LogRecord) -> dict[str, Any]:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        fields = getattr(record, "fields", None) or {"id": getattr(record, "request_id", None)}
        line.update({key: value for key, value in fields.items() if value is not None})
        if record.exc_info:
            line["error"] = "".join(traceback.format_exception(*record.exc_info))
        return line


class TextLines(logging.Formatter):
    """One readable line."""

    def format(self, record: logging.LogRecord) -> str:
        """Write a record; control characters of a path cannot reach the terminal."""
        time = datetime.fromtimestamp(record.created, UTC).strftime("%H:%M:%S")
        fields = getattr(record, "fields", None)
        if fields is None:
            number = getattr(record, "request_id", None)
            text = f"{time} {record.levelname.lower()}: {record.getMessage()}{f' {number}' if number else ''}"
        else:
            text = f"{time} " + " ".join(
                f"{fields[key]}{' ms' if key == 'ms' else ''}" for key in _PLAIN if fields.get(key) is not None
            )
        text = "".join(char if char.isprintable() else "?" for char in text)
        if record.exc_info:
            text += "\n" + "".join(traceback.format_exception(*record.exc_info)).rstrip()
        return text


def set_up(config: Config) -> None:
    """Send all logs to standard error in one format."""
    text = config.log_format == "text" or (config.log_format == "auto" and sys.stderr.isatty())
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(TextLines() if text else JsonLines())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(config.log_level.upper())
    logging.getLogger("asyncio").setLevel(logging.WARNING)


def keep(config: Config) -> None:
    """Keep all logs in the data folder as well, which is there; this process and its children write them."""
    if config.log_keep:
        file = LogFile(config.data_dir / FOLDER, config.log_keep * _MB)
        file.setFormatter(JsonLines())
        logging.getLogger().addHandler(file)


def _ascii(line: dict[str, Any]) -> str:
    """Encode a line; what is not ASCII, and may steer a terminal, is escaped by the slower one of two encoders."""
    try:
        encoded = orjson.dumps(line)
    except orjson.JSONEncodeError:  # half a surrogate pair
        return json.dumps(line)
    return (
        encoded.decode()
        if encoded.isascii() and b"\x7f" not in encoded
        else json.dumps(line).replace("\x7f", "\\u007f")
    )
