"""Mean and maximum of samples that come one by one."""


class Tally:
    """Count, sum and maximum of the samples so far."""

    __slots__ = ("count", "maximum", "total")

    def __init__(self) -> None:
        self.count = 0
        self.total = 0.0
        self.maximum = 0.0

    def add(self, value: float) -> None:
        """Take one sample."""
        self.add_all(1, value, value)

    def add_all(self, count: int, total: float, maximum: float) -> None:
        """Take ``count`` samples of the given sum and maximum."""
        if not count:
            return
        self.maximum = max(self.maximum, maximum) if self.count else maximum
        self.count += count
        self.total += total

    def mean(self) -> float | None:
        """Return the mean of the samples, ``None`` without any."""
        return self.total / self.count if self.count else None

    def highest(self) -> float | None:
        """Return the largest sample, ``None`` without any."""
        return self.maximum if self.count else None
