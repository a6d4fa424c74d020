"""A small write that shows whether the database can be written."""

from gateway.store.noun import Noun


class Health(Noun):
    """The row that is written to see whether writing works."""

    def touch(self) -> None:
        """Write it."""
        self._run("update health set checked = checked + 1")
