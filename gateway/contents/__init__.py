"""Large contents: immutable files under the data folder, by their SHA-256."""

from gateway.contents.files import FileContents, is_sealed
from gateway.contents.receiving import SEALED, Receiving

__all__ = ["SEALED", "FileContents", "Receiving", "is_sealed"]
