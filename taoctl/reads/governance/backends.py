"""Which ways of governing a runtime has, told by its pallets and never by its version."""

from __future__ import annotations

from enum import Enum

from taoctl.chain.view import Call, Entry, Storage, View, has_entry
from taoctl.scale.codec import Codec


class Backend(Enum):
    """A way in which proposals become root calls."""

    TRIUMVIRATE = "triumvirate"
    """Motions of the Triumvirate, on which the Senate votes."""
    REFERENDA = "referenda"
    """Referenda on tracks, on which collectives vote."""
    SUDO = "sudo"
    """Calls that wait for approvals on the account of the sudo key."""


NEEDS: dict[Backend, tuple[Entry, ...]] = {
    Backend.TRIUMVIRATE: (
        Storage("Triumvirate", "Proposals"),
        Storage("Triumvirate", "ProposalOf"),
        Storage("Triumvirate", "Voting"),
        Storage("SenateMembers", "Members"),
    ),
    Backend.REFERENDA: (
        Storage("Referenda", "ReferendumStatusFor"),
        Storage("SignedVoting", "TallyOf"),
        Storage("SignedVoting", "VoterSetOf"),
        Storage("MultiCollective", "Members"),
    ),
    Backend.SUDO: (
        Storage("Sudo", "Key"),
        Storage("Multisig", "Multisigs"),
        Storage("Proxy", "Proxies"),
        Call("Multisig", "as_multi"),
    ),
}
"""What a runtime must have for each backend."""

_WORDS = {
    Backend.TRIUMVIRATE: "Triumvirate with SenateMembers",
    Backend.REFERENDA: "Referenda with SignedVoting and MultiCollective",
    Backend.SUDO: "Sudo with Multisig and Proxy",
}


def backends_of(codec: Codec) -> tuple[Backend, ...]:
    """The backends of a runtime, in the order of `Backend`; several can be there at once."""
    return tuple(one for one in Backend if all(has_entry(codec, entry) for entry in NEEDS[one]))


def backends(view: View) -> tuple[Backend, ...]:
    """The backends of the view's runtime; none for a chain without governance."""
    return backends_of(view.codec)


def why_none(view: View) -> str:
    """Why a chain shows no proposals: which pallets each backend would need."""
    missing = "; ".join(
        f"{_WORDS[one]} (no {', no '.join(_absent_pallets(view.codec, one))})" for one in Backend
    )
    return f"the runtime (spec {view.spec_version}) has no governance that taoctl knows: {missing}"


def _absent_pallets(codec: Codec, backend: Backend) -> list[str]:
    missing = [entry for entry in NEEDS[backend] if not has_entry(codec, entry)]
    pallets = [one.pallet for one in missing if isinstance(one, Storage | Call)]
    return list(dict.fromkeys(pallets))
