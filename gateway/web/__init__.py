"""Pages for people: rendered here, without scripts, under a strict content policy."""
