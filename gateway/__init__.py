"""Wristgate: the sync gateway for devices that can hardly sync."""

__version__ = "0.1.0"
