"""What a subnet says of itself, as the call that creates one takes it."""

from __future__ import annotations

from collections.abc import Sequence

from taoctl.calls.stake.hotkeys import PALLET
from taoctl.calls.subnet_identity import MOST_BYTES
from taoctl.chain.view import Call, View
from taoctl.errors import NotInRuntimeError

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
