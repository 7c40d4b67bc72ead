"""Making one block: initialize, inherent, extrinsics from the pool, finalize, seal."""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass, field, replace

from taoctl.errors import BadDataError, NotInRuntimeError
from taoctl.localnet.block import Block, Header, extrinsics_root, state_root
from taoctl.localnet.changes import Changes, ChangesCodec
from taoctl.localnet.extrinsic import Extrinsic, bare_extrinsic, read_extrinsic
from taoctl.localnet.fees import BASE_EXTRINSIC_WEIGHT, fee_of
from taoctl.localnet.frame import (
    MANDATORY,
    Call,
    DispatchError,
    NoneOrigin,
    Outcome,
    Runtime,
    Signed,
)
from taoctl.localnet.pool import Entry, Pool
from taoctl.localnet.shielding import is_carrier, read_shielded, unshield
from taoctl.localnet.types import DispatchErrorType
from taoctl.localnet.validity import (
    LIMITS,
    MAX_BLOCK_WEIGHT,
    InvalidTransactionError,
    Rules,
)

_log = logging.getLogger(__name__)
_MAX_SKIPPED = 8
"""Extrinsics without room that are passed over in search of a smaller one."""

Steps = Generator[None, None, "Made"]
"""A block in the making: each step is a point at which other work may run."""

Operation = Callable[[Runtime], None]
"""A change that a development method makes in the next block, as if by the chain itself."""


@dataclass(slots=True)
class Made:
    """A finished block: what changed, encoded, and the pool entries it took in order."""

    block: Block
    changes: Changes
    delta: bytes
    taken: list[tuple[int, Entry]] = field(default_factory=list)


class Author:
    """Makes blocks on top of the runtime's state.

    Args:
        runtime: its state is moved on by every block.
        pool: where extrinsics come from; those that turn out invalid are dropped from it.
        rules: decide what may be included.
        codec: encodes what a block changed.
    """

    def __init__(self, runtime: Runtime, pool: Pool, rules: Rules, codec: ChangesCodec) -> None:
        self.runtime = runtime
        self._codec = codec
        self.pool = pool
        self.rules = rules
        self._extrinsics: list[bytes] = []
        self._weights: dict[str, int] = {}
        self._length = 0

    def make(self, parent: Header, now_ms: int, operations: Iterable[Operation] = ()) -> Steps:
        """Make the block after `parent`, step by step.

        If the generator is closed, or fails, the state is that of the parent again.
        """
        state = self.runtime.state
        try:
            made = yield from self._make(parent, now_ms, operations)
        except BaseException:
            if state.in_block:
                state.abort_block()
            elif state.head > parent.number:
                state.revert_to(parent.number)
            raise
        return made

    def _make(self, parent: Header, now_ms: int, operations: Iterable[Operation]) -> Steps:
        runtime, number = self.runtime, parent.number + 1
        self._extrinsics, self._weights, self._length = [], {}, 0
        runtime.state.begin_block(number)
        runtime.begin(number, parent.hash)
        for pallet in tuple(runtime.pallets.values()):
            yield from pallet.on_initialize(number) or ()
            yield
        self._inherent(now_ms)
        for operation in operations:
            try:
                with runtime.state.transaction():
                    operation(runtime)
            except Exception:  # its caller sees that nothing changed
                _log.exception("a development method failed in block %d", number)
        taken = yield from self._from_pool(number)
        runtime.finalize_block()
        yield
        changes = runtime.state.commit_block().items
        yield
        delta = self._codec.encode(changes)
        header = Header(
            parent.hash,
            number,
            state_root(parent.state_root, delta),
            extrinsics_root(self._extrinsics),
        )
        return Made(Block(header, tuple(self._extrinsics)), changes, delta, taken)

    def _inherent(self, now_ms: int) -> None:
        call = self.runtime.encode_call(Call("Timestamp", "set", {"now": now_ms}))
        extrinsic = read_extrinsic(bare_extrinsic(call), self.runtime.decode_call)
        self._enter()
        outcome = self.runtime.dispatch(extrinsic.call, NoneOrigin())
        if outcome.error is not None:
            raise RuntimeError(f"the timestamp inherent failed: {outcome.error}")
        self.runtime.system.note_extrinsic(outcome, MANDATORY)
        self._leave(extrinsic, outcome.weight, MANDATORY)

    def _from_pool(self, number: int) -> Generator[None, None, list[tuple[int, Entry]]]:
        taken: list[tuple[int, Entry]] = []
        skipped = 0
        for entry in self.pool.ready():
            if not self._can_open(entry.extrinsic):
                continue
            if not self._has_room(entry.extrinsic):
                skipped += 1
                if skipped > _MAX_SKIPPED:
                    break
                continue
            mark = len(self.runtime.events)
            try:
                with self.runtime.state.transaction():
                    index = len(self._extrinsics)
                    self._apply(entry.extrinsic, entry.signer, entry.valid_until, number)
                taken.append((index, entry))
                self._include_shielded(entry.extrinsic, number)
            except InvalidTransactionError as error:
                if error.name != "Future":
                    self.pool.drop(entry)
            except Exception:  # a bug in a pallet must not stop the chain
                del self.runtime.events[mark:]
                _log.exception("extrinsic 0x%s made its call fail", entry.hash.hex())
                self.pool.drop(entry)
            yield
        return taken

    @staticmethod
    def _can_open(extrinsic: Extrinsic) -> bool:
        """Whether the author may take it: not what was sealed with a key that is not its own."""
        if not is_carrier(extrinsic.call):
            return True
        shielded = read_shielded(extrinsic.call.args["ciphertext"])
        return shielded is not None and shielded.is_for_author

    def _include_shielded(self, carrier: Extrinsic, number: int) -> None:
        """Include the extrinsic that a carrier brings, if there is one and it is valid."""
        if not is_carrier(carrier.call):
            return
        shielded = read_shielded(carrier.call.args["ciphertext"])
        raw = None if shielded is None else unshield(shielded)
        if raw is None:
            return
        mark = len(self.runtime.events)
        try:
            inner = read_extrinsic(raw, self.runtime.decode_call)
            if self._has_room(inner):
                valid = self.rules.check(inner, self.runtime, number)
                with self.runtime.state.transaction():
                    self._apply(inner, valid.signer, valid.valid_until, number)
        except (BadDataError, NotInRuntimeError, InvalidTransactionError) as error:
            _log.info("a shielded extrinsic was left out: %s", error)
        except Exception:  # a bug in a pallet must not stop the chain
            del self.runtime.events[mark:]
            _log.exception("a shielded extrinsic made its call fail")

    def _has_room(self, extrinsic: Extrinsic) -> bool:
        fee = self.rules.fee(extrinsic, self.runtime)
        limits = LIMITS.get(fee.dispatch_class)
        weight = fee.weight + BASE_EXTRINSIC_WEIGHT
        return limits is None or (
            self._weights.get(fee.dispatch_class, 0) + weight <= limits.total_weight
            and sum(self._weights.values()) + weight <= MAX_BLOCK_WEIGHT
            and self._length + extrinsic.length <= limits.total_length
        )

    def dry_run(self, parent: Header, extrinsic: Extrinsic) -> bytes:
        """What applying an extrinsic in the block after `parent`, the head, answers.

        SCALE bytes of `Result<Result<(), DispatchError>, TransactionValidityError>`. Nothing
        stays changed. The block's own work before and after its extrinsics is not done, as on a
        node.
        """
        runtime, number = self.runtime, parent.number + 1
        self._extrinsics, self._weights, self._length = [], {}, 0
        runtime.state.begin_block(number)
        try:
            runtime.begin(number, parent.hash)
            valid = self.rules.check(extrinsic, runtime, number)
            outcome = self._apply(extrinsic, valid.signer, valid.valid_until, number)
        except InvalidTransactionError as error:
            return b"\x01" + error.encoded
        finally:
            runtime.state.abort_block()
            runtime.events = []
        if outcome.error is None:
            return b"\x00\x00"
        return b"\x00\x01" + runtime.encoding.encode(DispatchErrorType, outcome.error.value)

    def _apply(
        self, extrinsic: Extrinsic, signer: str, valid_until: int | None, number: int
    ) -> Outcome:
        runtime, signed = self.runtime, extrinsic.signed
        assert signed is not None
        if valid_until is not None and number >= valid_until:
            raise InvalidTransactionError("BadProof")
        valid = self.rules.check_state(extrinsic, signed, signer, runtime, number)
        if signed.nonce != runtime.system.Account[signer]["nonce"]:
            raise InvalidTransactionError("Future")
        self._enter()
        runtime.system.inc_account_nonce(signer)
        payment = runtime.transaction_payment
        payer = runtime.fee_payer(extrinsic.call, signer)
        try:
            paid = payment.withdraw(extrinsic.call, payer, valid.fee.total + signed.tip)
        except DispatchError as error:
            raise InvalidTransactionError("Payment") from error
        outcome = runtime.dispatch(extrinsic.call, Signed(signer))
        weight = outcome.weight + runtime.extension_weight(extrinsic.call)
        fee = fee_of(
            weight,
            extrinsic.length,
            pays=outcome.pays,
            dispatch_class=valid.fee.dispatch_class,
        )
        payment.settle(payer, paid, fee.total + signed.tip, signed.tip)
        total = replace(outcome, weight=weight)
        runtime.system.note_extrinsic(total, valid.fee.dispatch_class)
        self._leave(extrinsic, total.weight, valid.fee.dispatch_class)
        return outcome

    def _enter(self) -> None:
        self.runtime.phase = len(self._extrinsics)

    def _leave(self, extrinsic: Extrinsic, weight: int, dispatch_class: str) -> None:
        self._extrinsics.append(extrinsic.raw)
        used = self._weights.get(dispatch_class, 0)
        self._weights[dispatch_class] = used + weight + BASE_EXTRINSIC_WEIGHT
        self._length += extrinsic.length
