"""Load as people make it: many watches, phones beside them, bad links. ``python -m loadtest.load --help``."""
