"""Bytes to values and back, driven by metadata."""
