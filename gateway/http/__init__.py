"""The JSON API over HTTP: the watch API and, later, the store API."""
