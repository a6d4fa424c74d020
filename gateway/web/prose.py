"""The little Markdown that our own texts use, as HTML: paragraphs, lists, ``code`` and bold words."""

import re
from typing import Final

from markupsafe import Markup, escape

_CODE: Final = re.compile(r"`([^`]*)`")
_BOLD: Final = re.compile(r"\*\*([^*]*)\*\*")


def prose(text: str) -> Markup:
    """Give paragraphs and lists."""
    return Markup("\n").join(_block(block) for block in re.split(r"\n\s*\n", text.strip()) if block)


def words(text: str) -> Markup:
    """Give what stands within a line; everything else is escaped."""
    plain = _CODE.sub(r"<code>\1</code>", str(escape(" ".join(text.split()))))
    return Markup(_BOLD.sub(r"<strong>\1</strong>", plain))  # noqa: S704  escaped above


def _block(block: str) -> Markup:
    if not block.startswith("- "):
        return Markup("<p>{}</p>").format(words(block))
    items = re.split(r"(?:^|\n)- ", block)[1:]
    return Markup("<ul>{}</ul>").format(Markup("").join(Markup("<li>{}</li>").format(words(item)) for item in items))
