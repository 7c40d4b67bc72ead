"""What a subnet says of itself, as the call that creates one takes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from taoctl.calls.base import Refusal
from taoctl.calls.stake.hotkeys import PALLET
from taoctl.chain.view import Call, View
from taoctl.errors import NotInRuntimeError

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

NAMED = Call(PALLET, "register_network_with_identity")
_FIRST = ("subnet_name", "github_repo", "subnet_contact")
"""The fields before SubnetIdentityV2."""

Fields = Sequence[tuple[str, str]]
"""(name, text) of what is said, by the chain's own names."""


def identity_value(view: View, fields: Fields) -> dict[str, bytes]:
    """All fields of a runtime's subnet identity; raises NotInRuntimeError for one it lacks."""
    args = dict(view.codec.call_args(NAMED.pallet, NAMED.name) or ())
    known = _FIRST if args.get("identity") == "Option<SubnetIdentity>" else tuple(MOST_BYTES)
    for name, text in fields:
        if name not in known and text:
            raise NotInRuntimeError(
                f"identities of subnets have no {name} in this chain's runtime (spec "
                f"{view.spec_version})",
                f"leave it out; there are {', '.join(known)}",
            )
    return dict.fromkeys(known, b"") | {n: text.encode() for n, text in fields if n in known}


def too_long(fields: Fields) -> tuple[Refusal, ...]:
    """The refusals of fields that are longer than the chain takes; empty when none is."""
    sizes = [(name, len(text.encode())) for name, text in fields]
    return tuple(
        Refusal(
            "InvalidIdentity",
            f"{name} has {size} bytes, and the chain takes {MOST_BYTES[name]} at most",
            f"shorten it by {size - MOST_BYTES[name]} bytes; one character may be several",
        )
        for name, size in sizes
        if size > MOST_BYTES[name]
    )
