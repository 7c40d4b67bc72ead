"""Multisig: accounts that several others must agree to act for."""

from __future__ import annotations

from typing import Any

from taoctl.addresses import decode_ss58
from taoctl.localnet.frame import Blake2_128Concat as Blake2
from taoctl.localnet.frame import (
    Call,
    Constant,
    Origin,
    Pallet,
    Post,
    Signed,
    StorageMap,
    Twox64Concat,
    call,
    ensure_signed,
)
from taoctl.localnet.pallets.multisig_types import (
    DEPOSIT_BASE,
    DEPOSIT_FACTOR,
    ERRORS,
    EVENTS,
    HASH,
    MAX_SIGNATORIES,
    TIMEPOINT,
    MultisigType,
    Timepoint,
    approve,
    complete,
    create,
    per_other,
    threshold_1,
    weigh_approve,
    weigh_as_multi,
    weigh_threshold_1,
)
from taoctl.localnet.types import (
    AccountId32,
    Option,
    RuntimeCall,
    Vec,
    Weight,
    u16,
    u32,
    u64,
)
from taoctl.scale.crypto import blake2_256
from taoctl.scale.derived_accounts import multisig_account

_OTHERS = ("other_signatories", Vec(AccountId32), "Vec<T::AccountId>")
_THRESHOLD = ("threshold", u16)
_CALL = ("call", RuntimeCall, "Box<<T as Config>::RuntimeCall>")
_CALL_HASH = ("call_hash", HASH, "[u8; 32]")
_MAX_WEIGHT = ("max_weight", Weight)
_MAYBE = ("maybe_timepoint", Option(Timepoint), f"Option<{TIMEPOINT}>")


class Multisig(Pallet):
    """Accounts that several others must agree to act for."""

    name = "Multisig"
    index = 13
    crate = "pallet_multisig::pallet"

    Multisigs = StorageMap(
        MultisigType, [(Twox64Concat, AccountId32), (Blake2, HASH)], optional=True
    )

    events = EVENTS
    errors = ERRORS
    constants = [
        Constant("DepositBase", u64, DEPOSIT_BASE),
        Constant("DepositFactor", u64, DEPOSIT_FACTOR),
        Constant("MaxSignatories", u32, MAX_SIGNATORIES),
    ]

    @call(0, args=[_OTHERS, _CALL], weight=weigh_threshold_1)
    def as_multi_threshold_1(
        self, origin: Origin, other_signatories: tuple[str, ...], call: Call
    ) -> Post:
        """Run a call as the account of which any one of the signatories may act."""
        who = ensure_signed(origin)
        account = self._account(who, other_signatories, 1)
        outcome = self.rt.dispatch(call, Signed(account))
        base = threshold_1(len(self.rt.encode_call(call)))
        stated = outcome.stated_weight
        post = Post(None if stated is None else base + stated)
        if outcome.error is not None:
            if stated is not None:
                outcome.error.post = post
            raise outcome.error
        return post

    @call(
        1,
        args=[_THRESHOLD, _OTHERS, _MAYBE, _CALL, _MAX_WEIGHT],
        weight=weigh_as_multi,
    )
    def as_multi(
        self,
        origin: Origin,
        threshold: int,
        other_signatories: tuple[str, ...],
        maybe_timepoint: dict[str, int] | None,
        call: Call,
        max_weight: dict[str, int],
    ) -> Post:
        """Approve a call of a multisig account; the last approval needed runs it."""
        who = ensure_signed(origin)
        raw = self.rt.encode_call(call)
        others, size, call_hash = len(other_signatories), len(raw), blake2_256(raw)
        account = self._account(who, other_signatories, threshold, least=2)
        found = self._under_way(account, call_hash, maybe_timepoint)
        if found is None:
            self._open(who, account, call_hash, threshold)
            return Post(create(others, size))
        if len({*found["approvals"], who}) < threshold:
            self._add_approval(who, account, call_hash, found, threshold)
            return Post(approve(others, size))
        self._check_weight(call, max_weight)
        del self.Multisigs[account, call_hash]
        self.rt.balances.unreserve(found["depositor"], found["deposit"])
        outcome = self.rt.dispatch(call, Signed(account))
        at = found["when"]
        self.deposit("MultisigExecuted", who, at, account, call_hash, outcome.result)
        stated = outcome.stated_weight
        return Post(None if stated is None else complete(others, size) + stated)

    @call(
        2,
        args=[_THRESHOLD, _OTHERS, _MAYBE, _CALL_HASH, _MAX_WEIGHT],
        weight=weigh_approve,
    )
    def approve_as_multi(
        self,
        origin: Origin,
        threshold: int,
        other_signatories: tuple[str, ...],
        maybe_timepoint: dict[str, int] | None,
        call_hash: bytes,
        max_weight: dict[str, int],
    ) -> Post:
        """Approve a call by its hash alone; somebody must send the call itself at the end."""
        who = ensure_signed(origin)
        others = len(other_signatories)
        account = self._account(who, other_signatories, threshold, least=2)
        found = self._under_way(account, call_hash, maybe_timepoint)
        if found is None:
            self._open(who, account, call_hash, threshold)
            return Post(create(others, 0))
        self._add_approval(who, account, call_hash, found, threshold)
        return Post(approve(others, 0))

    @call(
        3,
        args=[_THRESHOLD, _OTHERS, ("timepoint", Timepoint, TIMEPOINT), _CALL_HASH],
        weight=per_other(28_623_566, 135_351),
    )
    def cancel_as_multi(
        self,
        origin: Origin,
        threshold: int,
        other_signatories: tuple[str, ...],
        timepoint: dict[str, int],
        call_hash: bytes,
    ) -> None:
        """Give up an operation; only who opened it may, and gets the deposit back."""
        who = ensure_signed(origin)
        account = self._account(who, other_signatories, threshold, least=2)
        found = self._existing(account, call_hash)
        if found["when"] != timepoint:
            raise self.error("WrongTimepoint")
        if found["depositor"] != who:
            raise self.error("NotOwner")
        self.rt.balances.unreserve(who, found["deposit"])
        del self.Multisigs[account, call_hash]
        self.deposit("MultisigCancelled", who, timepoint, account, call_hash)

    @call(4, args=[_THRESHOLD, _OTHERS, _CALL_HASH], weight=per_other(27_349_525, 121_813))
    def poke_deposit(
        self,
        origin: Origin,
        threshold: int,
        other_signatories: tuple[str, ...],
        call_hash: bytes,
    ) -> Post:
        """Bring an operation's deposit to today's amount; free when that changes it."""
        who = ensure_signed(origin)
        account = self._account(who, other_signatories, threshold, least=2)
        found = self._existing(account, call_hash)
        if found["depositor"] != who:
            raise self.error("NotOwner")
        old, new = found["deposit"], DEPOSIT_BASE + DEPOSIT_FACTOR * threshold
        if new == old:
            return Post(pays=True)
        if new > old:
            self.rt.balances.reserve(who, new - old)
        else:
            self.rt.balances.unreserve(who, old - new)
        self.Multisigs[account, call_hash] = {**found, "deposit": new}
        self.deposit("DepositPoked", who, call_hash, old, new)
        return Post(pays=False)

    def _account(self, who: str, others: tuple[str, ...], threshold: int, *, least: int = 1) -> str:
        """The account of a set of signatories, which must be sorted and lack the sender."""
        if threshold < least:
            raise self.error("MinimumThreshold")
        if not others:
            raise self.error("TooFewSignatories")
        if len(others) >= MAX_SIGNATORIES:
            raise self.error("TooManySignatories")
        keys, own = [decode_ss58(o) for o in others], decode_ss58(who)
        for place, key in enumerate(keys):
            if place and keys[place - 1] >= key:
                raise self.error("SignatoriesOutOfOrder")
            if key == own:
                raise self.error("SenderInSignatories")
        return multisig_account([*others, who], threshold)

    def _under_way(
        self, account: str, call_hash: bytes, timepoint: dict[str, int] | None
    ) -> dict[str, Any] | None:
        """The operation that a timepoint, or the lack of one, rightly refers to."""
        found: dict[str, Any] | None = self.Multisigs[account, call_hash]
        if found is None:
            if timepoint is not None:
                raise self.error("UnexpectedTimepoint")
        elif timepoint is None:
            raise self.error("NoTimepoint")
        elif found["when"] != timepoint:
            raise self.error("WrongTimepoint")
        return found

    def _existing(self, account: str, call_hash: bytes) -> dict[str, Any]:
        found: dict[str, Any] | None = self.Multisigs[account, call_hash]
        if found is None:
            raise self.error("NotFound")
        return found

    def _open(self, who: str, account: str, call_hash: bytes, threshold: int) -> None:
        held = DEPOSIT_BASE + DEPOSIT_FACTOR * threshold
        self.rt.balances.reserve(who, held)
        phase = self.rt.phase
        at = phase if isinstance(phase, int) else 0
        self.Multisigs[account, call_hash] = {
            "when": {"height": self.rt.block_number, "index": at},
            "deposit": held,
            "depositor": who,
            "approvals": (who,),
        }
        self.deposit("NewMultisig", who, account, call_hash)

    def _add_approval(
        self, who: str, account: str, call_hash: bytes, found: dict[str, Any], threshold: int
    ) -> None:
        approvals = found["approvals"]
        if who in approvals or len(approvals) >= threshold:
            raise self.error("AlreadyApproved")
        listed = tuple(sorted((*approvals, who), key=decode_ss58))
        self.Multisigs[account, call_hash] = {**found, "approvals": listed}
        self.deposit("MultisigApproval", who, found["when"], account, call_hash)

    def _check_weight(self, call: Call, most: dict[str, int]) -> None:
        weight = self.rt.weight_of(call)
        if weight.ref_time > most["ref_time"] or weight.proof_size > most["proof_size"]:
            raise self.error("MaxWeightTooLow")
