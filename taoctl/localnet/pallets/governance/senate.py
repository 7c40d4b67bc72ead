"""SubtensorModule with the Senate: who gets a seat, how it votes, and what it may make root do.

Source: coinbase/root.rs, swap/swap_hotkey.rs and macros/dispatches.rs of subtensor at e2b8367b8,
runtime/src/lib.rs for ManageSenateMembers. Calls and storage are as in spec 218. Events and errors
stand behind those of spec 424, which has given their numbers of spec 218 to others; Sudid is in
both, at 424's number.
"""

from __future__ import annotations

from typing import Any

from taoctl.localnet.frame import (
    OPERATIONAL,
    BadOrigin,
    Call,
    CallWeight,
    Constant,
    Event,
    MembersOrigin,
    ModuleError,
    Origin,
    Outcome,
    Pallet,
    Post,
    Root,
    StorageValue,
    call,
    ensure_signed,
)
from taoctl.localnet.pallets.governance import collective_types
from taoctl.localnet.pallets.governance.collective_types import MAX_SENATORS
from taoctl.localnet.pallets.subtensor.arguments import HOTKEY
from taoctl.localnet.pallets.subtensor.constants import CONSTANTS
from taoctl.localnet.pallets.subtensor.db_weight import Tally
from taoctl.localnet.pallets.subtensor.errors import ERRORS
from taoctl.localnet.pallets.subtensor.events import EVENTS
from taoctl.localnet.pallets.subtensor.module import SubtensorModule
from taoctl.localnet.pallets.subtensor.subnets import ROOT
from taoctl.localnet.types import (
    H256,
    AccountId32,
    Compact,
    Option,
    RuntimeCall,
    Weight,
    bool_,
    u32,
    u64,
)

REQUIRED_STAKE_PERCENTAGE = 1
_CALL = ("call", RuntimeCall, "Box<T::SudoRuntimeCall>")


def _stated(pallet: Pallet, args: dict[str, Any]) -> CallWeight:
    weight = args["weight"]
    inner: CallWeight = pallet.rt.weight_of(args["call"])
    return CallWeight(weight["ref_time"], weight["proof_size"], inner.dispatch_class, False)


class SenateSubtensorModule(SubtensorModule):
    """The pallet on a chain whose proposals the Senate decides."""

    SenateRequiredStakePercentage = StorageValue(u64, REQUIRED_STAKE_PERCENTAGE)

    events = [
        *EVENTS,
        Event(
            len(EVENTS),
            "SenateAdjusted",
            [
                ("old_member", Option(AccountId32), "Option<T::AccountId>"),
                ("new_member", AccountId32, "T::AccountId"),
            ],
        ),
    ]
    errors = [*ERRORS, "NotSenateMember", "CouldNotJoinSenate"]
    constants = [
        *CONSTANTS,
        Constant("InitialSenateRequiredStakePercentage", u64, REQUIRED_STAKE_PERCENTAGE),
    ]

    @call(51, args=[_CALL], weight=0, pays=False, dispatch_class=OPERATIONAL)
    def sudo(self, origin: Origin, call: Call) -> Post:
        """Run a call as root, by a majority of the seats; where it fails this fails with it."""
        return self._run_as_root(origin, call)

    @call(52, args=[_CALL, ("weight", Weight)], weight=_stated)
    def sudo_unchecked_weight(self, origin: Origin, call: Call, weight: Any) -> Post:
        """As sudo, with a weight that the proposal states."""
        return self._run_as_root(origin, call)

    @call(
        55,
        args=[
            HOTKEY,
            ("proposal", H256, "T::Hash"),
            ("index", Compact(u32), "u32"),
            ("approve", bool_),
        ],
        weight=0,
        dispatch_class=OPERATIONAL,
    )
    def vote(self, origin: Origin, hotkey: str, proposal: str, index: int, approve: bool) -> Post:
        """Vote as a senator of the signer's; a hotkey's first vote on a motion is free."""
        coldkey = ensure_signed(origin)
        if not self.owns_hotkey(coldkey, hotkey):
            raise self.error("NonAssociatedColdKey")
        senators = self.rt.senate_members.Members.get()
        if hotkey not in senators:
            raise self.error("NotSenateMember")
        first = self.rt.triumvirate.add_vote(hotkey, proposal, index, approve=approve)
        return Post(collective_types.vote(len(senators)), pays=not first)

    @call(63, args=[HOTKEY], weight=0)
    def adjust_senate(self, origin: Origin, hotkey: str) -> None:
        """Seat a hotkey of root in the Senate, for anyone who asks, if it has the stake for it."""
        if not self.subnet_exists(ROOT):
            raise self.error("RootNetworkDoesNotExist")
        coldkey = ensure_signed(origin)
        if (ROOT, hotkey) not in self.Uids:
            raise self.error("HotKeyNotRegisteredInSubNet")
        self.create_account_if_new(coldkey, hotkey)
        self._join_senate(hotkey)
        if hotkey not in self.rt.senate_members.Members.get():
            raise self.error("StakeTooLowForRoot")
        # The chain never says who was replaced: it does not note it.
        self.deposit("SenateAdjusted", None, hotkey)

    def _run_as_root(self, origin: Origin, call: Call) -> Post:
        if not isinstance(origin, MembersOrigin) or 2 * origin.ayes <= origin.seats:
            raise BadOrigin
        outcome: Outcome = self.rt.dispatch(call, Root(), bypass_filter=True)
        post = Post(outcome.stated_weight)
        if outcome.error is not None:
            # The event Sudid is undone with the rest then: Executed alone tells of the failure.
            outcome.error.post = post
            raise outcome.error
        self.deposit("Sudid", outcome.result)
        return post

    def _take_root_seat(self, hotkey: str) -> int:
        uid = super()._take_root_seat(hotkey)
        self._join_senate(hotkey)
        return uid

    def _join_senate(self, hotkey: str) -> None:
        """Give a hotkey a seat that is free, or that of the senator with the least root stake.

        One with too little stake is not seated, which is no error here.
        """
        senate = self.rt.senate_members
        members = senate.Members.get()
        if hotkey in members:
            raise self.error("HotKeyAlreadyRegisteredInSubNet")
        try:
            if len(members) != MAX_SENATORS:
                senate.add(hotkey)
                return
            # Of equals the last in key order has to go.
            least = min(reversed(members), key=lambda m: self.hotkey_alpha(m, ROOT))
            if self.hotkey_alpha(least, ROOT) < self.hotkey_alpha(hotkey, ROOT):
                self._swap_senator(least, hotkey)
        except ModuleError:
            raise self.error("CouldNotJoinSenate") from None

    def _swap_senator(self, gone: str, new: str) -> None:
        self.rt.triumvirate.remove_votes([gone])
        self.rt.senate_members.swap(gone, new)

    def _rename_everywhere(
        self, coldkey: str, old: str, new: str, tally: Tally, *, keep_stake: bool
    ) -> None:
        super()._rename_everywhere(coldkey, old, new, tally, keep_stake=keep_stake)
        if old in self.rt.senate_members.Members.get():
            self._swap_senator(old, new)
            tally.add(1, 2)
