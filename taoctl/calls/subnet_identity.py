"""What the chain takes of a subnet's identity, when it is made and when it is set."""

from __future__ import annotations

from collections.abc import Mapping

from taoctl.calls.base import Refusal

MOST_BYTES: Mapping[str, int] = {
    "subnet_name": 256,
    "github_repo": 1_024,
    "subnet_contact": 1_024,
    "subnet_url": 1_024,
    "discord": 256,
    "description": 1_024,
    "logo_url": 1_024,
    "additional": 1_024,
}
"""Bytes that the chain takes of each field; source: is_valid_subnet_identity of subtensor."""


def too_long(fields: Mapping[str, bytes]) -> tuple[Refusal, ...]:
    """The refusals of fields that are longer than the chain takes; empty when none is."""
    return tuple(
        Refusal(
            "InvalidIdentity",
            f"{name} has {len(data)} bytes, and the chain takes {MOST_BYTES[name]} at most",
            f"shorten it by {len(data) - MOST_BYTES[name]} bytes; one character may be several",
        )
        for name, data in fields.items()
        if len(data) > MOST_BYTES[name]
    )
