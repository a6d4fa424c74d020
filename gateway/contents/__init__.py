"""Large contents: immutable files under the data folder, by their SHA-256."""

from gateway.contents.files import FileContents
from gateway.contents.receiving import SEALED, Receiving

__all__ = ["SEALED", "FileContents", "Receiving"]
