"""The watch API, version 1: ``/api/v1/garmin/...`` and ``/api/v1/iot/...``."""
