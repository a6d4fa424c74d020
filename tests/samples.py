"""Small files for tests, each with bytes of its own."""

import itertools

from gateway.simwatch.sample import activity, with_serial

_numbers = itertools.count(1)
_RUN = activity(60)

START = 1_789_878_600  # of every run


def fit(seconds: int = 60, start: int = START) -> bytes:
    """Make a FIT activity that no other call has made."""
    run = _RUN if (seconds, start) == (60, START) else activity(seconds, start=start)
    return with_serial(run, next(_numbers))


def gpx_route(points: int = 3) -> bytes:
    """Make a GPX route that no other call has made."""
    n = next(_numbers)
    places = "".join(f'<rtept lat="47.{i:04}" lon="15.{n % 10000:04}"/>' for i in range(points))
    return (
        f'<gpx version="1.1" creator="test" xmlns="http://www.topografix.com/GPX/1/1">'
        f"<rte><name>r{n}</name>{places}</rte></gpx>"
    ).encode()
