"""Scheduler: calls that run by themselves in a coming block."""

from __future__ import annotations

from taoctl.localnet.frame import Call, Origin, call, ensure_root
from taoctl.localnet.pallets.governance.scheduler_agenda import Address, Period
from taoctl.localnet.pallets.governance.scheduler_service import SchedulerService
from taoctl.localnet.pallets.governance.scheduler_types import (
    AFTER,
    CANCEL,
    CANCEL_NAMED,
    CANCEL_RETRY,
    CANCEL_RETRY_NAMED,
    CONSTANTS,
    ERRORS,
    EVENTS,
    HOW,
    ID,
    LAST_BLOCK,
    PERIOD_ARG,
    RETRIES,
    SCHEDULE,
    SCHEDULE_NAMED,
    SET_RETRY,
    SET_RETRY_NAMED,
    TASK,
    WHEN,
)
from taoctl.localnet.types import u32


class Scheduler(SchedulerService):
    """Calls that root puts on the agenda of a coming block, where they run as root."""

    name = "Scheduler"
    index = 15
    crate = "pallet_scheduler::pallet"

    events = EVENTS
    errors = ERRORS
    constants = CONSTANTS

    @call(0, args=[WHEN, *HOW], weight=SCHEDULE)
    def schedule(
        self, origin: Origin, when: int, maybe_periodic: Period | None, priority: int, call: Call
    ) -> None:
        """Have a call run in a block, and again after periods."""
        ensure_root(origin)
        self._add(None, when, maybe_periodic, priority, call)

    @call(1, args=[WHEN, ("index", u32)], weight=CANCEL)
    def cancel(self, origin: Origin, when: int, index: int) -> None:
        """Take a task off an agenda."""
        ensure_root(origin)
        task = self._at((when, index))
        if task is None:
            raise self.error("NotFound")
        self.rt.preimage.drop(task["call"])
        if task["maybe_id"] is not None:
            del self.Lookup[task["maybe_id"]]
        del self.Retries[when, index]
        self._take((when, index))

    @call(2, args=[ID, WHEN, *HOW], weight=SCHEDULE_NAMED)
    def schedule_named(
        self,
        origin: Origin,
        id: bytes,
        when: int,
        maybe_periodic: Period | None,
        priority: int,
        call: Call,
    ) -> None:
        """Have a call run in a block under a name that no other task has."""
        ensure_root(origin)
        self._add(id, when, maybe_periodic, priority, call)

    @call(3, args=[ID], weight=CANCEL_NAMED)
    def cancel_named(self, origin: Origin, id: bytes) -> None:
        """Take a named task off its agenda."""
        ensure_root(origin)
        address = self._named(id)
        task = self._at(address)
        if task is not None:
            del self.Retries[address]
            self.rt.preimage.drop(task["call"])
        del self.Lookup[id]
        self._take(address)

    @call(4, args=[AFTER, *HOW], weight=SCHEDULE)
    def schedule_after(
        self, origin: Origin, after: int, maybe_periodic: Period | None, priority: int, call: Call
    ) -> None:
        """Have a call run after so many blocks between this one and its own."""
        ensure_root(origin)
        self._add(None, self._after(after), maybe_periodic, priority, call)

    @call(5, args=[ID, AFTER, *HOW], weight=SCHEDULE_NAMED)
    def schedule_named_after(
        self,
        origin: Origin,
        id: bytes,
        after: int,
        maybe_periodic: Period | None,
        priority: int,
        call: Call,
    ) -> None:
        """As schedule_after, under a name."""
        ensure_root(origin)
        self._add(id, self._after(after), maybe_periodic, priority, call)

    @call(6, args=[TASK, RETRIES, PERIOD_ARG], weight=SET_RETRY)
    def set_retry(self, origin: Origin, task: Address, retries: int, period: int) -> None:
        """Have a task tried again when it fails."""
        ensure_root(origin)
        self._set_retry(task, None, retries, period)

    @call(7, args=[ID, RETRIES, PERIOD_ARG], weight=SET_RETRY_NAMED)
    def set_retry_named(
        self,
        origin: Origin,
        id: bytes,
        retries: int,
        period: int,
    ) -> None:
        """Have a named task tried again when it fails."""
        ensure_root(origin)
        self._set_retry(self._named(id), id, retries, period)

    @call(8, args=[TASK], weight=CANCEL_RETRY)
    def cancel_retry(self, origin: Origin, task: Address) -> None:
        """Have a task no longer tried again."""
        ensure_root(origin)
        self._cancel_retry(task, None)

    @call(9, args=[ID], weight=CANCEL_RETRY_NAMED)
    def cancel_retry_named(self, origin: Origin, id: bytes) -> None:
        """Have a named task no longer tried again."""
        ensure_root(origin)
        self._cancel_retry(self._named(id), id)

    def _add(
        self, name: bytes | None, when: int, periodic: Period | None, priority: int, call: Call
    ) -> None:
        bounded = self.rt.preimage.bound(call)
        self.schedule_task(when, bounded, name=name, priority=priority, periodic=periodic)

    def _after(self, blocks: int) -> int:
        return min(int(self.rt.block_number) + blocks + 1, LAST_BLOCK)

    def _named(self, name: bytes) -> Address:
        address: Address | None = self.Lookup[name]
        if address is None:
            raise self.error("NotFound")
        return address

    def _set_retry(self, task: Address, name: bytes | None, retries: int, period: int) -> None:
        if self._at(task) is None:
            raise self.error("NotFound")
        config = {"total_retries": retries, "remaining": retries, "period": period}
        self.Retries[task] = config
        self.deposit("RetrySet", task, name, period, retries)

    def _cancel_retry(self, task: Address, name: bytes | None) -> None:
        if self._at(task) is None:
            raise self.error("NotFound")
        del self.Retries[task]
        self.deposit("RetryCancelled", task, name)
