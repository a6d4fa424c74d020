"""Distinct valid files at next to no cost."""

from functools import cache

from gateway.simwatch import sample


@cache
def _run(seconds: int) -> bytes:
    return sample.activity(seconds)


def small(serial: int) -> bytes:
    """A FIT activity of about 2 KB; another serial number gives other bytes."""
    return sample.with_serial(_run(60), serial)


def middle(serial: int) -> bytes:
    """About 30 KB."""
    return sample.with_serial(_run(1250), serial)


def large(serial: int) -> bytes:
    """About 100 KB."""
    return sample.with_serial(_run(4360), serial)
