"""Tests of the Connect IQ widget on a simulated watch."""
