"""Mean and maximum of samples that come in batches."""

from collections.abc import Sequence


class Tally:
    """Count, sum and maximum of the samples so far."""

    __slots__ = ("_count", "_maximum", "_total")

    def __init__(self) -> None:
        self._count = self._total = self._maximum = 0

    def add(self, values: Sequence[int]) -> None:
        """Take some samples, none of them negative."""
        if values:
            self._count += len(values)
            self._total += sum(values)
            highest = max(values)
            self._maximum = max(self._maximum, highest)

    def mean(self) -> float | None:
        """Return the mean of the samples, ``None`` without any."""
        return self._total / self._count if self._count else None

    def highest(self) -> int | None:
        """Return the largest sample, ``None`` without any."""
        return self._maximum if self._count else None
