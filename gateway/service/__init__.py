"""Use cases, one method each: load, decide, save.

A method that only reads answers at once. One that writes does its slow part (checking, hashing) when it is called and
returns a ``Write``, a function over a transaction, which the caller hands to the store's writer.
"""
