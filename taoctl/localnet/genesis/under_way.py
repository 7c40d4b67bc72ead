"""The motion and the referenda that are open on a new chain, and who signs what for that."""

from __future__ import annotations

from typing import Any

from taoctl.localnet.frame import Call, Runtime
from taoctl.localnet.genesis import keys
from taoctl.localnet.genesis.accounts import signer
from taoctl.localnet.genesis.bodies import senator
from taoctl.localnet.genesis.world import Scenario
from taoctl.localnet.opening import Step
from taoctl.localnet.pallets.governance.referenda import Referenda
from taoctl.localnet.pallets.governance.tracks import MAINNET_PACE, tracks_at
from taoctl.scale.crypto import KeySigner, blake2_256

LAST_BLOCK = 5
"""When everything here is under way."""
MOTION_BLOCKS = 50_400
"""How long the motion is open: a week of mainnet's blocks."""
NEW_SUBNET_LIMIT = 160
"""What the first referendum, or the motion, sets; no weights window keeps it from that."""
REVIEWED, DECIDED = 1, 2
"""Indices of the open referenda: under review, and before the Triumvirate."""
_LATEST = Referenda.tracks
_PATIENT = tracks_at(MAINNET_PACE)
_REASON = (
    b"New subnets may come twice as fast, and the price of one falls half as fast; what was said "
    b"for and against is in the notes of the last call."
)


class PatientAtFirst(Referenda):
    """Referenda at the fast pace, but at mainnet's in the first blocks of the chain.

    What is open from the start is then open for hours, and what a user submits goes fast.
    """

    @property
    def tracks(self) -> Any:  # type: ignore[override]
        """The tracks by their ids, as of the block in the making."""
        return _PATIENT if self.rt.block_number <= LAST_BLOCK else _LATEST


def referenda_steps(scenario: Scenario) -> list[Step]:
    """One referendum that the Triumvirate passes on to review, and one that it has before it."""
    dave, bob, charlie = (KeySigner(f"//{name}") for name in ("Dave", "Bob", "Charlie"))
    first = _setting("sudo_set_subnet_limit", max_subnets=NEW_SUBNET_LIMIT)
    parts = (
        _setting("sudo_set_network_rate_limit", rate_limit=3_600),
        _setting("sudo_set_lock_reduction_interval", interval=201_600),
        Call("System", "remark", {"remark": _REASON}),
    )
    second = Call("Utility", "batch_all", {"calls": parts})
    traders = [signer(keys.trader_label(scenario, number)) for number in range(3)]
    return [
        Step(1, dave, _on_track_0(first)),
        Step(2, bob, _vote(0)),
        Step(2, charlie, _vote(0)),
        Step(4, dave, _on_track_0(second)),
        Step(4, traders[0], _vote(REVIEWED)),
        Step(4, traders[1], _vote(REVIEWED)),
        Step(4, traders[2], _vote(REVIEWED, approve=False)),
        Step(LAST_BLOCK, charlie, _vote(DECIDED)),
    ]


def motion_steps(rt: Runtime) -> list[Step]:
    """A motion of //Charlie's, with the aye of //Dave's senator."""
    charlie, dave = KeySigner("//Charlie"), KeySigner("//Dave")
    proposal = Call(
        "SubtensorModule",
        "sudo_unchecked_weight",
        {
            "call": _setting("sudo_set_subnet_limit", max_subnets=NEW_SUBNET_LIMIT),
            "weight": {"ref_time": 0, "proof_size": 0},
        },
    )
    raw = rt.encode_call(proposal)
    motion = {"proposal": proposal, "length_bound": len(raw), "duration": MOTION_BLOCKS}
    aye = {
        "hotkey": senator("Dave"),
        "proposal": "0x" + blake2_256(raw).hex(),
        "index": 0,
        "approve": True,
    }
    return [
        Step(1, charlie, Call("Triumvirate", "propose", motion)),
        Step(2, dave, Call("SubtensorModule", "vote", aye)),
    ]


def _setting(name: str, **value: int) -> Call:
    return Call("AdminUtils", name, value)


def _on_track_0(call: Call) -> Call:
    return Call("Referenda", "submit", {"track": 0, "call": call})


def _vote(index: int, *, approve: bool = True) -> Call:
    return Call("SignedVoting", "vote", {"poll_index": index, "approve": approve})
