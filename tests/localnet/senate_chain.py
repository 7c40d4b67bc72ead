"""A tiny chain with a Triumvirate and a Senate, driven call by call."""

from __future__ import annotations

from typing import Any

from subtensor_chain import TAO, Chain, account

from taoctl.addresses import decode_ss58
from taoctl.localnet.frame import Call, Origin, Outcome, Pallet, Root, Signed
from taoctl.localnet.pallets.admin_utils.pallet import AdminUtils
from taoctl.localnet.pallets.balances import Balances
from taoctl.localnet.pallets.governance.triumvirate import GOVERNANCE_A
from taoctl.localnet.pallets.subtensor.subnets import ROOT
from taoctl.localnet.pallets.sudo import Sudo
from taoctl.localnet.pallets.swap import Swap
from taoctl.localnet.pallets.system import System
from taoctl.localnet.pallets.utility import Utility
from taoctl.scale.crypto import blake2_256

BASE: tuple[type[Pallet], ...] = (System, Balances, Utility, Sudo, Swap, AdminUtils)
MEMBERS = tuple(f"t{n}" for n in range(3))
WRAPPER_WEIGHT = {"ref_time": 0, "proof_size": 0}
ANY_WEIGHT = {"ref_time": 10**11, "proof_size": 10**6}
DURATION = 50


def senator(number: int) -> str:
    """The hotkey of a senator; its coldkey is `c:s<number>`."""
    return account(f"h:s{number}")


def kappa(value: int = 1_234) -> Call:
    """A change that root alone may make, without the wrapper that lets a motion make it."""
    return Call("AdminUtils", "sudo_set_kappa", {"netuid": 1, "kappa": value})


def wrapped(inner: Call) -> Call:
    """What a motion proposes so that root makes a call."""
    return Call(
        "SubtensorModule", "sudo_unchecked_weight", {"call": inner, "weight": WRAPPER_WEIGHT}
    )


class SenateChain(Chain):
    """In block 1, with t0 to t2 as the Triumvirate and senators s0, s1, ... of equal root stake."""

    def __init__(self, senators: int = 3, added: tuple[type[Pallet], ...] = GOVERNANCE_A) -> None:
        super().__init__(subnets=1, validators=1, miners=1, pallets=(*BASE, *added))
        self.begin()
        self.rt.triumvirate_members.start_with([account(name) for name in MEMBERS])
        for number in range(senators):
            self.own(number)
            self.rt.senate_members.add(senator(number))
        self.rt.events.clear()

    def own(self, number: int, stake: int = 100 * TAO) -> str:
        """Give `c:s<number>` its hotkey with so much root stake, and TAO to spend."""
        module, hotkey, coldkey = self.rt.subtensor, senator(number), account(f"c:s{number}")
        module.create_account_if_new(coldkey, hotkey)
        module.add_stake_shares(hotkey, coldkey, ROOT, stake)
        self.endow(f"c:s{number}", 10 * TAO)
        return hotkey

    def send(self, origin: str | Origin, pallet: str, name: str, **args: Any) -> Outcome:
        """Dispatch a call of a named account, or of any origin, through its bytes and back."""
        raw = self.rt.encode_call(Call(pallet, name, args))
        by = Signed(account(origin)) if isinstance(origin, str) else origin
        return self.rt.dispatch(self.rt.decode_call(raw), by)

    def root(self, pallet: str, name: str, **args: Any) -> Outcome:
        """Dispatch a call as root."""
        return self.send(Root(), pallet, name, **args)

    def hash_of(self, call: Call) -> str:
        """The hash of a motion."""
        return "0x" + blake2_256(self.rt.encode_call(call)).hex()

    def propose(
        self,
        call: Call,
        who: str = "t0",
        *,
        length: int | None = None,
        duration: int = DURATION,
    ) -> Outcome:
        """Open a motion; the length bound is exact unless given."""
        bound = len(self.rt.encode_call(call)) if length is None else length
        return self.send(
            who, "Triumvirate", "propose", proposal=call, length_bound=bound, duration=duration
        )

    def opened(self, call: Call) -> str:
        """Open a motion that must open; its hash."""
        outcome = self.propose(call)
        assert outcome.ok, outcome.error
        return self.hash_of(call)

    def vote(self, number: int, motion: str, approve: bool = True, **changed: Any) -> Outcome:
        """Vote as a senator; `changed` replaces arguments, `who` the signer."""
        who = changed.pop("who", f"c:s{number}")
        votes = self.rt.triumvirate.Voting[motion]
        args = {
            "hotkey": senator(number),
            "proposal": motion,
            "index": 0 if votes is None else votes["index"],
            "approve": approve,
            **changed,
        }
        return self.send(who, "SubtensorModule", "vote", **args)

    def close(self, motion: str, origin: str | Origin = "anybody", **changed: Any) -> Outcome:
        """Close a motion with ample bounds; `changed` replaces arguments."""
        votes = self.rt.triumvirate.Voting[motion]
        args = {
            "proposal_hash": motion,
            "index": 0 if votes is None else votes["index"],
            "proposal_weight_bound": ANY_WEIGHT,
            "length_bound": 10_000,
            **changed,
        }
        return self.send(origin, "Triumvirate", "close", **args)

    def tally(self, motion: str) -> tuple[int, int]:
        """Ayes and nays as stored."""
        votes = self.rt.triumvirate.Voting[motion]
        return len(votes["ayes"]), len(votes["nays"])

    def names(self) -> list[str]:
        """`Pallet.Event` of this block's events so far."""
        return [f"{event.pallet}.{event.name}" for event in self.rt.events]

    def last(self, name: str) -> Any:
        """The data of the newest event of that name."""
        return self.events(name)[-1]

    def next(self, blocks: int = 1) -> None:
        """Finish the block and start a later one."""
        for _ in range(blocks):
            self.end()
            self.begin()


def by_key(*accounts: str) -> tuple[str, ...]:
    """Accounts in the order of their keys."""
    return tuple(sorted(accounts, key=decode_ss58))
