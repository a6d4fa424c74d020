"""Sync as its clients see it: several of them, offline and back, over lines that lose things."""
