"""Utility: several calls in one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from taoctl.localnet.frame import (
    NORMAL,
    BadOrigin,
    Call,
    CallWeight,
    Constant,
    Event,
    NoneOrigin,
    Origin,
    Pallet,
    Post,
    Root,
    Signed,
    call,
    ensure_root,
    ensure_signed,
)
from taoctl.localnet.pallets.system_types import DB_READ, DB_WRITE
from taoctl.localnet.types import (
    H160,
    AccountId32,
    DispatchErrorType,
    DispatchResult,
    Enum,
    RuntimeCall,
    Variant,
    Vec,
    Weight,
    u16,
    u32,
)
from taoctl.scale.derived_accounts import derivative_account

BATCHED_CALLS_LIMIT = 10_922

RawOrigin = Enum(
    "frame_support::dispatch::RawOrigin",
    [
        Variant("Root", 0),
        Variant("Signed", 1, [(None, AccountId32, "AccountId")]),
        Variant("None", 2),
        Variant("Authorized", 3),
    ],
    params=[("AccountId", AccountId32)],
)
EthereumOrigin = Enum(
    "pallet_ethereum::RawOrigin", [Variant("EthereumTransaction", 0, [(None, H160, "H160")])]
)
OriginCaller = Enum(
    "node_subtensor_runtime::OriginCaller",
    [
        Variant("system", 0, [(None, RawOrigin, "frame_system::Origin<Runtime>")]),
        Variant("Ethereum", 21, [(None, EthereumOrigin, "pallet_ethereum::Origin")]),
    ],
)

_CALLS = ("calls", Vec(RuntimeCall), "Vec<<T as Config>::RuntimeCall>")
_BOXED = "Box<<T as Config>::RuntimeCall>"
_CALL = ("call", RuntimeCall, _BOXED)
_AS_ORIGIN = ("as_origin", OriginCaller, "Box<T::PalletsOrigin>")

_BATCH = (19_446_696 + 2 * DB_READ, 5_450_264)
_BATCH_ALL = (13_428_230 + 2 * DB_READ, 5_663_250)
_FORCE_BATCH = (12_134_867 + 2 * DB_READ, 5_477_293)
_AS_DERIVATIVE = 15_378_000 + 2 * DB_READ + DB_READ + DB_WRITE
_IF_ELSE = 21_831_000 + 2 * DB_READ
_DISPATCH_AS = 6_893_000
_DISPATCH_AS_FALLIBLE = 7_113_000

_BATCHES = frozenset({"batch", "batch_all", "force_batch"})


def is_batch(call: Call) -> bool:
    """Whether a call runs a list of calls."""
    return call.pallet == "Utility" and call.name in _BATCHES


def _weigh_batch(rates: tuple[int, int]) -> Any:
    base, each = rates

    def weigh(pallet: Pallet, args: dict[str, Any]) -> CallWeight:
        inner = [pallet.rt.weight_of(c) for c in args["calls"]]
        total = base + each * len(inner) + sum(w.ref_time for w in inner)
        return CallWeight(total, 0, NORMAL, any(w.pays for w in inner))

    return weigh


def _weigh_one(base: int) -> Any:
    def weigh(pallet: Pallet, args: dict[str, Any]) -> CallWeight:
        inner: CallWeight = pallet.rt.weight_of(args["call"])
        return CallWeight(base + inner.ref_time, 0, NORMAL, True)

    return weigh


def _weigh_given(pallet: Pallet, args: dict[str, Any]) -> CallWeight:
    weight = args["weight"]
    return CallWeight(weight["ref_time"], weight["proof_size"], NORMAL, True)


def _weigh_if_else(pallet: Pallet, args: dict[str, Any]) -> CallWeight:
    main, fallback = pallet.rt.weight_of(args["main"]), pallet.rt.weight_of(args["fallback"])
    return CallWeight(_IF_ELSE + main.ref_time + fallback.ref_time, 0, NORMAL, True)


class Utility(Pallet):
    """Several calls in one, and calls as somebody else."""

    name = "Utility"
    index = 11
    crate = "pallet_subtensor_utility::pallet"
    event_generic = False

    events = [
        Event(0, "BatchInterrupted", [("index", u32), ("error", DispatchErrorType)]),
        Event(1, "BatchCompleted"),
        Event(2, "BatchCompletedWithErrors"),
        Event(3, "ItemCompleted"),
        Event(4, "ItemFailed", [("error", DispatchErrorType)]),
        Event(5, "DispatchedAs", [("result", DispatchResult, "DispatchResult")]),
        Event(6, "IfElseMainSuccess"),
        Event(7, "IfElseFallbackCalled", [("main_error", DispatchErrorType)]),
    ]
    errors = ["TooManyCalls", "InvalidDerivedAccount"]
    constants = [Constant("batched_calls_limit", u32, BATCHED_CALLS_LIMIT)]

    def filters(self, call: Call) -> bool:
        """A batch may not hold a batch."""
        return is_batch(call) and any(is_batch(c) for c in call.args["calls"])

    def _ensure_batch(self, origin: Origin, calls: tuple[Call, ...]) -> None:
        if isinstance(origin, NoneOrigin):
            raise BadOrigin
        if len(calls) > BATCHED_CALLS_LIMIT:
            raise self.error("TooManyCalls")

    @call(0, args=[_CALLS], weight=_weigh_batch(_BATCH))
    def batch(self, origin: Origin, calls: tuple[Call, ...]) -> Post:
        """Run calls until one fails; what ran before it stays done."""
        self._ensure_batch(origin, calls)
        base, each = _BATCH
        weight = 0
        for index, one in enumerate(calls):
            outcome = self.rt.dispatch(one, origin)
            weight += outcome.weight
            if outcome.error is not None:
                self.deposit("BatchInterrupted", index, outcome.error.value)
                return Post(base + each * (index + 1) + weight)
            self.deposit("ItemCompleted")
        self.deposit("BatchCompleted")
        return Post(base + each * len(calls) + weight)

    @call(1, args=[("index", u16), _CALL], weight=_weigh_one(_AS_DERIVATIVE))
    def as_derivative(self, origin: Origin, index: int, call: Call) -> Post:
        """Run a call as an account that derives from the sender's."""
        who = ensure_signed(origin)
        allows = origin.allows if isinstance(origin, Signed) else None
        outcome = self.rt.dispatch(call, Signed(derivative_account(who, index), allows))
        post = Post(_AS_DERIVATIVE + outcome.weight)
        if outcome.error is not None:
            outcome.error.post = post
            raise outcome.error
        return post

    @call(2, args=[_CALLS], weight=_weigh_batch(_BATCH_ALL))
    def batch_all(self, origin: Origin, calls: tuple[Call, ...]) -> Post:
        """Run calls all or none: the first failure undoes the whole batch."""
        self._ensure_batch(origin, calls)
        base, each = _BATCH_ALL
        weight = 0
        narrowed = _without_batch_all(origin)
        for index, one in enumerate(calls):
            outcome = self.rt.dispatch(one, narrowed)
            weight += outcome.weight
            if outcome.error is not None:
                outcome.error.post = Post(base + each * (index + 1) + weight)
                raise outcome.error
            self.deposit("ItemCompleted")
        self.deposit("BatchCompleted")
        return Post(base + each * len(calls) + weight)

    @call(3, args=[_AS_ORIGIN, _CALL], weight=_weigh_one(_DISPATCH_AS))
    def dispatch_as(self, origin: Origin, as_origin: Any, call: Call) -> None:
        """Run a call with any origin, by root; how it ended is in the event."""
        ensure_root(origin)
        outcome = self.rt.dispatch(call, _origin_of(as_origin), bypass_filter=True)
        self.deposit("DispatchedAs", outcome.result)

    @call(4, args=[_CALLS], weight=_weigh_batch(_FORCE_BATCH))
    def force_batch(self, origin: Origin, calls: tuple[Call, ...]) -> Post:
        """Run every call, whatever happens to the others."""
        self._ensure_batch(origin, calls)
        base, each = _FORCE_BATCH
        weight, failed = 0, False
        for one in calls:
            outcome = self.rt.dispatch(one, origin)
            weight += outcome.weight
            if outcome.error is None:
                self.deposit("ItemCompleted")
            else:
                failed = True
                self.deposit("ItemFailed", outcome.error.value)
        self.deposit("BatchCompletedWithErrors" if failed else "BatchCompleted")
        return Post(base + each * len(calls) + weight)

    @call(5, args=[_CALL, ("weight", Weight)], weight=_weigh_given)
    def with_weight(self, origin: Origin, call: Call, weight: Any) -> None:
        """Run a call as root with a stated weight, by root."""
        ensure_root(origin)
        outcome = self.rt.dispatch(call, Root(), bypass_filter=True)
        if outcome.error is not None:
            outcome.error.post = None
            raise outcome.error

    @call(
        6,
        args=[("main", RuntimeCall, _BOXED), ("fallback", RuntimeCall, _BOXED)],
        weight=_weigh_if_else,
    )
    def if_else(self, origin: Origin, main: Call, fallback: Call) -> Post:
        """Run a call, and another one only if the first fails."""
        if isinstance(origin, NoneOrigin):
            raise BadOrigin
        first = self.rt.dispatch(main, origin)
        weight = _IF_ELSE + first.weight
        if first.error is None:
            self.deposit("IfElseMainSuccess")
            return Post(weight)
        second = self.rt.dispatch(fallback, origin)
        post = Post(weight + second.weight)
        if second.error is not None:
            second.error.post = post
            raise second.error
        self.deposit("IfElseFallbackCalled", first.error.value)
        return post

    @call(7, args=[_AS_ORIGIN, _CALL], weight=_weigh_one(_DISPATCH_AS_FALLIBLE))
    def dispatch_as_fallible(self, origin: Origin, as_origin: Any, call: Call) -> None:
        """Run a call with any origin, by root; fails when the call fails."""
        ensure_root(origin)
        outcome = self.rt.dispatch(call, _origin_of(as_origin), bypass_filter=True)
        if outcome.error is not None:
            outcome.error.post = None
            raise outcome.error
        self.deposit("DispatchedAs", outcome.result)


def _without_batch_all(origin: Origin) -> Origin:
    """An origin that calls what the given one does, except batch_all; root stays root."""
    if isinstance(origin, (Root, NoneOrigin)):
        return origin
    outer = origin.allows

    def allows(call: Call) -> bool:
        nested = call.pallet == "Utility" and call.name == "batch_all"
        return not nested and (outer is None or outer(call))

    return replace(origin, allows=allows)


def _origin_of(caller: Any) -> Origin:
    """The origin that an OriginCaller value names; Ethereum's are none that a call here takes."""
    raw = caller.get("system")
    if raw == "Root":
        return Root()
    if isinstance(raw, dict):
        return Signed(raw["Signed"])
    return NoneOrigin()
