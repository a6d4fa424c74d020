"""Secrets: random tokens and ids, password hashes."""
