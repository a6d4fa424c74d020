"""Names out of files that anybody may have written."""

MAX_NAME = 64
"""Characters that the index keeps of a name."""

_WINDOW = 4 * MAX_NAME


def clean_name(text: str | None) -> str | None:
    """Return a name that can be shown: blanks folded, at most 64 characters, ``None`` when empty.

    Control, format (bidirectional overrides), private and unassigned characters go, as ``str.isprintable`` says.
    """
    if not text:
        return None
    folded = " ".join(text[:_WINDOW].split())
    shown = "".join(filter(str.isprintable, folded)).strip()
    return shown[:MAX_NAME].rstrip() or None
