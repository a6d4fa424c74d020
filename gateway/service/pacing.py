"""How long work says how far it is, and lets others have their turn."""

from collections.abc import Callable

Progress = Callable[[str, int, int], None]
"""Hears what is being done, how much of it is done and how much there is."""
Rest = Callable[[], bool]
"""Called between two steps, such as transactions, so that others have their turn; True: stop here."""
