"""The runtime: pallets over state, dispatch, runtime APIs, and storage as bytes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from taoctl.errors import NotInRuntimeError
from taoctl.localnet.dispatch_error import DispatchError, Post
from taoctl.localnet.encoding import Encoding
from taoctl.localnet.host import Call, EventRecord, Host, Outcome
from taoctl.localnet.pallet import NoneOrigin, Origin, Pallet, Root, Signed
from taoctl.localnet.state import State
from taoctl.localnet.storage_bytes import StorageBytes
from taoctl.localnet.store import MapView, ValueStore, ValueView

_API_CACHE_BYTES = 32 * 1024 * 1024
_VIEW_CACHE = 8


class HostAt(Host):
    """The pallets over the state as it was after a block; for reading only."""

    def __init__(self, runtime: Runtime, block: int) -> None:
        self.state, self.block, self.runtime = runtime.state, block, runtime
        super().__init__(runtime.classes, runtime.encoding)

    @property
    def block_number(self) -> int:
        """The block this shows, or the one that a call is judged for."""
        return self.block if self.judged is None else self.judged

    def store(self, pallet: str, item: str) -> Any:
        """The read-only store of a storage item."""
        base = self.runtime.store(pallet, item)
        view = ValueView if isinstance(base, ValueStore) else MapView
        return view(base, self.block)

    def deposit(self, pallet: str, name: str, data: Any) -> None:
        """Refuse: a past block takes no events."""
        raise TypeError("a past block takes no events")


@lru_cache(maxsize=8)
def _encoding(classes: tuple[type[Pallet], ...], spec: int, transaction: int) -> Encoding:
    return Encoding(classes, spec, transaction)


class Runtime(Host):
    """The pallets over the live state.

    Args:
        classes: pallet classes; sorted by index here.
        state: an empty State, or None for a new one.
        spec_version: and transaction_version: part of every signature.
    """

    def __init__(
        self,
        classes: Sequence[type[Pallet]],
        state: State | None = None,
        *,
        spec_version: int = 424,
        transaction_version: int = 1,
    ) -> None:
        ordered = tuple(sorted(classes, key=lambda c: c.index))
        self.spec_version, self.transaction_version = spec_version, transaction_version
        self.state = State() if state is None else state
        encoding = _encoding(ordered, spec_version, transaction_version)
        self.bytes = StorageBytes(self.state, ordered, encoding)
        self.phase: int | str = "Initialization"
        self._apis = {f"{a.api}_{a.method}": (c.name, a) for c in ordered for a in c.api_specs}
        self._answers: OrderedDict[tuple[Any, ...], bytes] = OrderedDict()
        self._answered = 0
        self._views: OrderedDict[tuple[int, int], HostAt] = OrderedDict()
        super().__init__(ordered, encoding)

    # state

    @property
    def block_number(self) -> int:
        """The block in the making, or the head, or the one that a call is judged for."""
        if self.judged is not None:
            return self.judged
        making = self.state.making
        return max(self.state.head, 0) if making is None else making

    def store(self, pallet: str, item: str) -> Any:
        """The live store of a storage item."""
        return self.state.stores[pallet, item]

    def at(self, block: int) -> Host:
        """The pallets over the state after a block; raises StateDiscardedError."""
        self.state.check_kept(block)
        if block == self.state.head and not self.state.in_block:
            return self
        key = (self.state.edits, block)
        view = self._views.get(key)
        if view is None:
            view = self._views[key] = HostAt(self, block)
            while len(self._views) > _VIEW_CACHE:
                self._views.popitem(last=False)
        return view

    def storage_read(self, key: bytes, block: int) -> bytes | None:
        """The bytes stored under a full storage key after a block, or None."""
        self.state.check_kept(block)
        return self.bytes.read(key, block)

    def keys_paged(self, prefix: bytes, count: int, start: bytes | None, block: int) -> list[bytes]:
        """At most `count` storage keys with a prefix, sorted, after `start`, as of a block."""
        self.state.check_kept(block)
        return self.bytes.keys(prefix, count, start, block)

    # blocks

    def begin(self, number: int, parent_hash: bytes) -> None:
        """Note the block that `state.begin_block` started, before any pallet's on_initialize."""
        self.events, self.phase = [], "Initialization"
        system = self.pallets.get("System")
        if system is not None:
            system.begin(number, parent_hash)  # type: ignore[attr-defined]

    def initialize_block(self, number: int, parent_hash: bytes = bytes(32)) -> None:
        """Start a block in one go: the state, then every pallet's on_initialize in index order."""
        self.state.begin_block(number)
        self.begin(number, parent_hash)
        for pallet in self.pallets.values():
            for _ in pallet.on_initialize(number) or ():
                pass

    def finalize_block(self) -> None:
        """Run every pallet's on_finalize in index order, then store the block's events."""
        self.phase = "Finalization"
        number = self.block_number
        for pallet in self.pallets.values():
            pallet.on_finalize(number)
        for pallet in self.pallets.values():
            pallet.on_seal(number)

    def deposit(self, pallet: str, name: str, data: Any) -> None:
        """Record an event of the block in the making."""
        self.events.append(EventRecord(self.phase, pallet, name, data))

    # calls

    def dispatch(self, call: Call, origin: Origin, *, bypass_filter: bool = False) -> Outcome:
        """Run a call; a failure is rolled back, events included, and told in the outcome.

        Calls that some pallet or the origin filters fail with System.CallFiltered, except for
        root and with `bypass_filter`; signed ones must pass every pallet's `check_call` too.
        """
        declared = self.weight_of(call)
        mark = len(self.events)
        error: DispatchError | None = None
        post: Post | None
        try:
            if not bypass_filter:
                self._check(call, origin)
            with self.state.transaction():
                spec = self.call_spec(call)
                values = (call.args[f.name or ""] for f in spec.args)
                post = spec.func(self.pallets[call.pallet], origin, *values)
        except DispatchError as failure:
            del self.events[mark:]
            error, post = failure, failure.post
        weight, pays = declared.ref_time, declared.pays
        if post is not None:
            weight = weight if post.weight is None else min(post.weight, weight)
            pays = pays if post.pays is None else pays and post.pays
        return Outcome(error, weight, pays, None if post is None else post.weight)

    def _check(self, call: Call, origin: Origin) -> None:
        if isinstance(origin, Root):
            return
        allows = None if isinstance(origin, NoneOrigin) else origin.allows
        if allows is not None and not allows(call):
            raise self.pallets["System"].error("CallFiltered")
        if any(pallet.filters(call) for pallet in self.pallets.values()):
            raise self.pallets["System"].error("CallFiltered")
        if isinstance(origin, Signed):
            for pallet in self.pallets.values():
                pallet.check_call(call, origin.account)

    # runtime APIs

    @property
    def api_names(self) -> tuple[str, ...]:
        """The `state_call` names of every declared runtime API method."""
        return tuple(self._apis)

    def call_api(self, name: str, args: bytes, block: int | None = None) -> bytes:
        """Answer a `state_call` at a block (default: the head) with SCALE bytes.

        Raises NotInRuntimeError, BadDataError for arguments, StateDiscardedError.
        """
        if name not in self._apis:
            raise NotInRuntimeError(f"this runtime has no API {name}")
        at = max(self.state.head, 0) if block is None else block
        key = (self.state.edits, at, name, args)
        answer = self._answers.get(key)
        if answer is None:
            answer = self._answers[key] = self._answer(name, args, at)
            self._answered += len(answer)
            while self._answered > _API_CACHE_BYTES:
                self._answered -= len(self._answers.popitem(last=False)[1])
        return answer

    def _answer(self, name: str, args: bytes, block: int) -> bytes:
        pallet_name, spec = self._apis[name]
        pallet = self.at(block).pallets[pallet_name]
        values = (args,) if spec.raw else self.encoding.decode_args(spec, args)
        return self.encoding.encode(spec.returns, spec.func(pallet, *values))
