"""The agendas of coming blocks: tasks put in, taken out and moved."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from taoctl.localnet.frame import (
    Blake2_128Concat,
    DispatchError,
    Pallet,
    StorageMap,
    StorageValue,
    Twox64Concat,
)
from taoctl.localnet.pallets.governance.call_bounds import lookup_hash
from taoctl.localnet.pallets.governance.scheduler_types import (
    MAX_PER_BLOCK,
    ROOT,
    RetryConfig,
    Scheduled,
    TaskAddress,
    TaskName,
)
from taoctl.localnet.types import Bounded, Option, u32

Address = tuple[int, int]
Period = tuple[int, int]


class SchedulerAgenda(Pallet):
    """The storage of the Scheduler, and what other pallets do with it."""

    IncompleteSince = StorageValue(u32, optional=True)
    Agenda = StorageMap(Bounded(Option(Scheduled)), [(Twox64Concat, u32)])
    Retries = StorageMap(RetryConfig, [(Blake2_128Concat, TaskAddress)], optional=True)
    Lookup = StorageMap(TaskAddress, [(Twox64Concat, TaskName)], optional=True)

    def schedule_task(
        self,
        when: int,
        call: Any,
        *,
        name: bytes | None = None,
        priority: int = 0,
        periodic: Period | None = None,
    ) -> Address:
        """Put a bounded call on the agenda of a coming block, to run as root.

        Raises:
            ModuleError: FailedToSchedule when the name is taken, TargetBlockNumberInPast.
            DispatchError: Exhausted, when the block's agenda is full.
        """
        if name is not None and name in self.Lookup:
            raise self.error("FailedToSchedule")
        self._check_time(when)
        if periodic is not None:
            period, count = periodic
            periodic = (period, count - 1) if count > 1 and period else None
        task = {
            "maybe_id": name,
            "priority": priority,
            "call": call,
            "maybe_periodic": periodic,
            "origin": ROOT,
        }
        address = self._place(when, task)
        needed = lookup_hash(call)
        if needed is not None:
            self.rt.preimage.request(needed)
        return address

    def cancel_task(self, name: bytes) -> None:
        """Take a named task off its agenda; the request of its preimage stays.

        Raises:
            DispatchError: Unavailable, when no task has the name.
        """
        address = self.Lookup[name]
        if address is None:
            raise DispatchError("Unavailable")
        del self.Lookup[name]
        self._take(address)

    def move_task(self, name: bytes, when: int) -> Address:
        """Move a named task to another block.

        Raises:
            ModuleError: TargetBlockNumberInPast, RescheduleNoChange.
            DispatchError: Unavailable when no task has the name, Exhausted.
        """
        self._check_time(when)
        address = self.Lookup[name]
        if address is None:
            raise DispatchError("Unavailable")
        if address[0] == when:
            raise self.error("RescheduleNoChange")
        task = self._at(address)
        if task is None:
            raise DispatchError("Unavailable")
        self._take(address)
        return self._place(when, task)

    def task_block(self, name: bytes) -> int | None:
        """The block that a named task is to run in, or None."""
        address = self.Lookup[name]
        if address is None:
            return None
        when, place = address
        return int(when) if place < len(self.Agenda[when]) else None

    def _check_time(self, when: int) -> None:
        if when <= self.rt.block_number:
            raise self.error("TargetBlockNumberInPast")

    def _at(self, address: Address) -> dict[str, Any] | None:
        agenda = self.Agenda[address[0]]
        task: dict[str, Any] | None = agenda[address[1]] if address[1] < len(agenda) else None
        return task

    def _take(self, address: Address) -> None:
        """Empty a place of an agenda, and tell so."""
        when, place = address
        agenda = list(self.Agenda[when])
        if place < len(agenda):
            agenda[place] = None
        self._put(when, agenda)
        self.deposit("Canceled", when, place)

    def _put(self, when: int, agenda: Sequence[dict[str, Any] | None]) -> None:
        """Store an agenda without the empty places at its end."""
        kept = list(agenda)
        while kept and kept[-1] is None:
            kept.pop()
        if kept:
            self.Agenda[when] = tuple(kept)
        else:
            del self.Agenda[when]

    def _place(self, when: int, task: dict[str, Any]) -> Address:
        agenda = list(self.Agenda[when])
        if len(agenda) < MAX_PER_BLOCK:
            place = len(agenda)
            agenda.append(task)
        elif None in agenda:
            place = agenda.index(None)
            agenda[place] = task
        else:
            raise DispatchError("Exhausted")
        self.Agenda[when] = tuple(agenda)
        if task["maybe_id"] is not None:
            self.Lookup[task["maybe_id"]] = (when, place)
        self.deposit("Scheduled", when, place)
        return when, place
