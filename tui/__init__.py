"""The dashboard: screens and widgets over the client layer."""

OWNER = "taoctl"
"""Marks this package, because `tui` is a name that other projects use too."""
