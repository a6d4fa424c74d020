"""Paths of other self-hosted servers, so that the phone apps made for those need only a URL and a key.

What comes in takes the same way as ``files/upload`` without a path; only the wording of the answers is the peer's, one
module each.
"""
