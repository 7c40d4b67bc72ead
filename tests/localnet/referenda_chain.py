"""A chain of governance by referenda, driven call by call and block by block."""

from __future__ import annotations

from typing import Any

from wrapped import CLASSES, RICH, TAO, Wrapped, error_of

from taoctl.localnet.frame import Call, EventRecord, Outcome, Pallet, Root, Runtime
from taoctl.localnet.pallets.governance.referenda_stack import GOVERNANCE_B
from taoctl.localnet.pallets.governance.referenda_types import alarm_name, task_name
from taoctl.scale.crypto import KeySigner

PROPOSERS, TRIUMVIRATE, ECONOMIC, BUILDING = (
    tuple(KeySigner(f"//{group}{n}").ss58 for n in range(count))
    for group, count in (("Proposer", 2), ("Triumvir", 3), ("Economic", 16), ("Building", 16))
)
MEMBERS = {
    "Proposers": PROPOSERS,
    "Triumvirate": TRIUMVIRATE,
    "Economic": ECONOMIC,
    "Building": (*BUILDING[:12], *ECONOMIC[:4]),
}
"""Who is where; four sit in both collectives that review, which makes 28 voters there."""
REVIEWERS = (*ECONOMIC, *BUILDING[:12])
TARGET = KeySigner("//Target").ss58


class ReferendaChain(Wrapped):
    """Block 1 in the making of a chain whose collectives have members."""

    def __init__(self, classes: tuple[type[Pallet], ...] = (*CLASSES, *GOVERNANCE_B)) -> None:
        self.rt = Runtime(classes)
        for who in {*PROPOSERS, *TRIUMVIRATE, *REVIEWERS}:
            self.rt.balances.endow(who, RICH)
        for collective, members in MEMBERS.items():
            assert self.root("MultiCollective", "set_members", collective, members).ok
        self.rt.state.seal(0)
        self.rt.initialize_block(1)

    @property
    def now(self) -> int:
        """The block in the making."""
        return int(self.rt.block_number)

    def root(self, pallet: str, name: str, *values: Any) -> Outcome:
        """Dispatch a call of root; the call goes through its bytes and back."""
        fields = self.rt.pallets[pallet].call_specs[name].args
        args = {str(f.name): v for f, v in zip(fields, values, strict=True)}
        raw = self.rt.encode_call(Call(pallet, name, args))
        return self.rt.dispatch(self.rt.decode_call(raw), Root())

    def submit(self, call: Call, who: str = PROPOSERS[0], track: int = 0) -> int:
        """Submit a call that is taken; its index."""
        index = int(self.rt.referenda.ReferendumCount.get())
        outcome = self.do(who, "Referenda", "submit", track=track, call=call)
        assert outcome.ok, error_of(outcome)
        return index

    def vote(self, who: str, index: int, approve: bool) -> str | None:
        """Vote; `Pallet.Error`, or None when it counted."""
        return error_of(self.do(who, "SignedVoting", "vote", poll_index=index, approve=approve))

    def unvote(self, who: str, index: int) -> str | None:
        """Take a vote back; `Pallet.Error`, or None when it did."""
        return error_of(self.do(who, "SignedVoting", "remove_vote", poll_index=index))

    def vote_all(self, voters: tuple[str, ...], index: int, approve: bool) -> None:
        """Have several vote the same."""
        for who in voters:
            assert self.vote(who, index, approve) is None

    def reviewed(self, call: Call) -> tuple[int, int]:
        """Submit a call and have it approved: (index, index of its review), in the next block."""
        index = self.submit(call)
        self.vote_all(TRIUMVIRATE[:2], index, True)
        self.next_block()
        return index, index + 1

    def to_block(self, number: int) -> None:
        """Go on until that block is in the making."""
        assert number >= self.now
        self.next_block(number - self.now)

    def status(self, index: int) -> Any:
        """What ReferendumStatusFor holds, with an open one as just "Ongoing"."""
        status = self.rt.referenda.ReferendumStatusFor[index]
        return "Ongoing" if status is not None and "Ongoing" in status else status

    def tally(self, index: int) -> tuple[int, int, int] | None:
        """Ayes, nays and total of an open referendum."""
        tally = self.rt.signed_voting.TallyOf[index]
        return None if tally is None else (tally["ayes"], tally["nays"], tally["total"])

    def alarm(self, index: int) -> int | None:
        """The block in which a referendum is looked at."""
        return self._task(alarm_name(index))

    def enactment(self, index: int) -> int | None:
        """The block in which the call of a referendum is to run."""
        return self._task(task_name(index))

    def _task(self, name: bytes) -> int | None:
        address = self.rt.scheduler.Lookup[name]
        if address is None:
            return None
        when, place = address
        assert self.rt.scheduler.Agenda[when][place]["maybe_id"] == name
        return int(when)

    def told(self, pallet: str) -> list[tuple[str, Any]]:
        """Name and data of a pallet's events in the block in the making."""
        return [(e.name, e.data) for e in self.events(pallet)]

    def events(self, pallet: str) -> list[EventRecord]:
        """A pallet's events in the block in the making."""
        return [e for e in self.rt.events if e.pallet == pallet]

    def free(self, who: str = TARGET) -> int:
        """Free rao of an account."""
        return int(self.rt.balances.free(who))


def give(amount: int = TAO) -> Call:
    """A call that only root may make, and whose effect is seen: //Target has so many rao."""
    return Call("Balances", "force_set_balance", {"who": TARGET, "new_free": amount})


def give_many(count: int = 4) -> Call:
    """A call of more than 128 bytes that does the same as `give`."""
    return Call("Utility", "batch_all", {"calls": tuple(give(TAO + n) for n in range(count))})
