"""Running what is due: the agendas up to this block, task by task, within a weight."""

from __future__ import annotations

from enum import Enum
from typing import Any

from taoctl.localnet.frame import Call, DispatchError, Outcome, Root
from taoctl.localnet.pallets.governance.call_bounds import lookup_length
from taoctl.localnet.pallets.governance.scheduler_agenda import Address, SchedulerAgenda
from taoctl.localnet.pallets.governance.scheduler_types import (
    AGENDAS_BASE,
    DISPATCH_BASE,
    LAST_BLOCK,
    MAX_PER_BLOCK,
    SCHEDULE_RETRY,
    Meter,
    agenda_base,
    task_base,
)


class _Ended(Enum):
    """How serving one task ended."""

    DONE = "done"
    UNAVAILABLE = "unavailable"
    OVERWEIGHT = "overweight"


class SchedulerService(SchedulerAgenda):
    """What the Scheduler does at the start of every block."""

    def on_initialize(self, number: int) -> None:
        """Run the tasks of this block, and those that earlier blocks left."""
        meter = Meter()
        if not meter.take(AGENDAS_BASE):
            return
        since = self.IncompleteSince.get()
        when, incomplete, first = (number if since is None else since), number + 1, True
        while when <= number and meter.has(agenda_base(MAX_PER_BLOCK)):
            if not self._serve_agenda(meter, number, when, first):
                incomplete = min(incomplete, when)
            first, when = False, when + 1
        incomplete = min(incomplete, when)
        if incomplete <= number:
            self.deposit("AgendaIncomplete", incomplete)
        self.IncompleteSince.put(min(incomplete, number + 1))

    def _serve_agenda(self, meter: Meter, now: int, when: int, first: bool) -> bool:
        """Run one block's agenda by priority; whether nothing is put off."""
        agenda: list[dict[str, Any] | None] = list(self.Agenda[when])
        order = sorted(
            (task["priority"], place) for place, task in enumerate(agenda) if task is not None
        )
        meter.take(agenda_base(len(order)))
        put_off = dropped = 0
        for _, place in order:
            task = agenda[place]
            assert task is not None
            if not meter.has(task_base(task, lookup_length(task["call"]))):
                put_off += 1
                break
            ended = self._serve_task(meter, now, (when, place), first, task)
            dropped += ended is _Ended.UNAVAILABLE
            put_off += ended is _Ended.OVERWEIGHT
            if ended is _Ended.DONE:
                first, agenda[place] = False, None
        if put_off or dropped:
            self.Agenda[when] = tuple(agenda)
        else:
            del self.Agenda[when]
        return put_off == 0

    def _serve_task(
        self, meter: Meter, now: int, address: Address, first: bool, task: dict[str, Any]
    ) -> _Ended:
        name = task["maybe_id"]
        if name is not None:
            del self.Lookup[name]
        call = self.rt.preimage.peek(task["call"])
        meter.take(task_base(task, lookup_length(task["call"])))
        if call is None:
            self.deposit("CallUnavailable", address, name)
            self.rt.preimage.drop(task["call"])
            return _Ended.UNAVAILABLE
        outcome = self._run(meter, call)
        if outcome is None and first:
            self.rt.preimage.drop(task["call"])
            self.deposit("PermanentlyOverweight", address, name)
            return _Ended.UNAVAILABLE
        if outcome is None:
            return _Ended.OVERWEIGHT
        retry = self.Retries.take(address)
        self.deposit("Dispatched", address, name, outcome.result)
        if retry is not None and not outcome.ok:
            self._retry(meter, now, address, task, retry)
        self._repeat(now, address, task, retry)
        return _Ended.DONE

    def _run(self, meter: Meter, call: Call) -> Outcome | None:
        """Run a call as root; None when it may take more than what is left."""
        if not meter.has(DISPATCH_BASE + self.rt.weight_of(call).ref_time):
            return None
        outcome: Outcome = self.rt.dispatch(call, Root())
        meter.take(DISPATCH_BASE)
        meter.take(outcome.weight)
        return outcome

    def _repeat(self, now: int, address: Address, task: dict[str, Any], retry: Any) -> None:
        """Put a task that comes back on a later agenda; let go of any other's preimage."""
        if task["maybe_periodic"] is None:
            self.rt.preimage.drop(task["call"])
            return
        period, count = task["maybe_periodic"]
        left = (period, count - 1) if count > 1 else None
        try:
            again = self._place(min(now + period, LAST_BLOCK), {**task, "maybe_periodic": left})
        except DispatchError:
            self.rt.preimage.drop(task["call"])
            self.deposit("PeriodicFailed", address, task["maybe_id"])
            return
        if retry is not None:
            self.Retries[again] = retry

    def _retry(
        self, meter: Meter, now: int, address: Address, task: dict[str, Any], retry: dict[str, int]
    ) -> None:
        """Put a failed task on a later agenda, without its name, while it may be tried again."""
        if not meter.take(SCHEDULE_RETRY):
            self.deposit("RetryFailed", address, task["maybe_id"])
            return
        if not retry["remaining"]:
            return
        again = {**task, "maybe_id": None, "maybe_periodic": None}
        try:
            placed = self._place(min(now + retry["period"], LAST_BLOCK), again)
        except DispatchError:
            self.rt.preimage.drop(task["call"])
            self.deposit("RetryFailed", address, task["maybe_id"])
            return
        self.Retries[placed] = {**retry, "remaining": retry["remaining"] - 1}
