"""The store API, version 1: ``/api/v1/auth``, ``/api/v1/devices``, ``/api/v1/keys`` and on.

Each route has a class of its own, whose ``scopes`` say for each method which scope a credential needs, None: any
credential does.
"""
