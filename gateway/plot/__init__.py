"""A track as a picture: one SVG document, by the standard library alone."""

from gateway.plot.page import draw

__all__ = ["draw"]
