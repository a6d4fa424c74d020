"""Log lines: JSON for machines, plain text for a terminal; never a query, a token or a key."""

import json
import logging
import sys
import traceback
from datetime import UTC, datetime
from typing import Final

_PLAIN: Final = ("method", "path", "status", "ms", "device", "id")


class JsonLines(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """Encode a record; a request's fields stand beside time and level."""
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
        return json.dumps(line)


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


def set_up(log_format: str, level: str) -> None:
    """Send all logs to standard error in one format."""
    text = log_format == "text" or (log_format == "auto" and sys.stderr.isatty())
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(TextLines() if text else JsonLines())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    logging.getLogger("asyncio").setLevel(logging.WARNING)
