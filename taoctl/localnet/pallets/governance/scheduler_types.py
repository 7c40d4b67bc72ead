"""What the Scheduler pallet stores, emits and fails with, and what its work weighs."""

from __future__ import annotations

from typing import Any

from taoctl.localnet.frame import Constant, Event
from taoctl.localnet.pallets.governance.call_bounds import BoundedCall, OriginCaller
from taoctl.localnet.pallets.system_types import DB_READ, DB_WRITE
from taoctl.localnet.types import (
    AccountId32,
    Array,
    DispatchResult,
    Option,
    RuntimeCall,
    Struct,
    Tup,
    Weight,
    u8,
    u32,
    variant,
)

MAX_PER_BLOCK = 50
"""Tasks that one block's agenda holds."""
MAX_WEIGHT = 3_200_000_000_000
"""Ref time that the tasks of one block may take."""
LAST_BLOCK = 2**32 - 1
"""The last block that a task can be put on; later ones count as this one."""
ROOT = variant("system", "Root")
"""The origin of every task: only root may schedule."""

TaskName = Array(u8, 32)
TaskAddress = Tup(u32, u32)
"""The block of a task and its place in that block's agenda."""
PERIOD = Option(TaskAddress)

Scheduled = Struct(
    "pallet_scheduler::Scheduled",
    [
        ("maybe_id", Option(TaskName), "Option<Name>"),
        ("priority", u8, "schedule::Priority"),
        ("call", BoundedCall, "Call"),
        ("maybe_periodic", PERIOD, "Option<schedule::Period<BlockNumber>>"),
        ("origin", OriginCaller, "PalletsOrigin"),
    ],
    params=[
        ("Name", TaskName),
        ("Call", BoundedCall),
        ("BlockNumber", u32),
        ("PalletsOrigin", OriginCaller),
        ("AccountId", AccountId32),
    ],
)
RetryConfig = Struct(
    "pallet_scheduler::RetryConfig",
    [("total_retries", u8), ("remaining", u8), ("period", u32, "Period")],
    params=[("Period", u32)],
)

BLOCK = "BlockNumberFor<T>"
WHEN = ("when", u32, BLOCK)
ID = ("id", TaskName, "TaskName")
TASK = ("task", TaskAddress, f"TaskAddress<{BLOCK}>")
AFTER = ("after", u32, BLOCK)
RETRIES, PERIOD_ARG = ("retries", u8), ("period", u32, BLOCK)
HOW = (
    ("maybe_periodic", PERIOD, f"Option<schedule::Period<{BLOCK}>>"),
    ("priority", u8, "schedule::Priority"),
    ("call", RuntimeCall, "Box<<T as Config>::RuntimeCall>"),
)

_MAYBE_ID = ("id", Option(TaskName), "Option<TaskName>")
EVENTS = [
    Event(0, "Scheduled", [WHEN, ("index", u32)]),
    Event(1, "Canceled", [WHEN, ("index", u32)]),
    Event(2, "Dispatched", [TASK, _MAYBE_ID, ("result", DispatchResult, "DispatchResult")]),
    Event(3, "RetrySet", [TASK, _MAYBE_ID, PERIOD_ARG, RETRIES]),
    Event(4, "RetryCancelled", [TASK, _MAYBE_ID]),
    Event(5, "CallUnavailable", [TASK, _MAYBE_ID]),
    Event(6, "PeriodicFailed", [TASK, _MAYBE_ID]),
    Event(7, "RetryFailed", [TASK, _MAYBE_ID]),
    Event(8, "PermanentlyOverweight", [TASK, _MAYBE_ID]),
    Event(9, "AgendaIncomplete", [WHEN]),
]
ERRORS = ["FailedToSchedule", "NotFound", "TargetBlockNumberInPast", "RescheduleNoChange", "Named"]
CONSTANTS = [
    Constant(
        "MaximumWeight",
        Weight,
        {"ref_time": MAX_WEIGHT, "proof_size": 14_757_395_258_967_641_292},
    ),
    Constant("MaxScheduledPerBlock", u32, MAX_PER_BLOCK),
]

SCHEDULE = 11_548_266 + 494_382 * MAX_PER_BLOCK + DB_READ + DB_WRITE
CANCEL = 13_129_003 + 690_444 * MAX_PER_BLOCK + DB_READ + 3 * DB_WRITE
SCHEDULE_NAMED = 18_707_577 + 508_586 * MAX_PER_BLOCK + 2 * DB_READ + 2 * DB_WRITE
CANCEL_NAMED = 19_956_973 + 683_291 * MAX_PER_BLOCK + 2 * DB_READ + 3 * DB_WRITE
SET_RETRY = 147_698_000 + DB_READ + DB_WRITE
SET_RETRY_NAMED = 160_844_000 + 2 * DB_READ + DB_WRITE
CANCEL_RETRY = 148_172_000 + DB_READ + DB_WRITE
CANCEL_RETRY_NAMED = 162_653_000 + 2 * DB_READ + DB_WRITE
SCHEDULE_RETRY = 12_904_309 + 10_704 * MAX_PER_BLOCK + DB_READ + 2 * DB_WRITE
AGENDAS_BASE = 4_002_000 + DB_READ + DB_WRITE
DISPATCH_BASE = 2_440_000
"""Ref time of the calls, and of the parts of a block's own work."""


def agenda_base(count: int) -> int:
    """Ref time of going through the agenda of a block with so many tasks."""
    return 3_258_412 + 457_723 * count + DB_READ + DB_WRITE


def task_base(task: dict[str, Any], length: int | None) -> int:
    """Ref time of a task without its call; `length` is that of its preimage, if it has one."""
    weight = 3_490_000
    if length is not None:
        weight += 21_269_000 + 1_640 * length + 3 * DB_READ + 2 * DB_WRITE
    if task["maybe_id"] is not None:
        weight += 4_954_000 + DB_WRITE
    if task["maybe_periodic"] is not None:
        weight += 3_401_000
    return weight


class Meter:
    """What is left of the ref time that the tasks of one block may take."""

    __slots__ = ("left",)

    def __init__(self) -> None:
        self.left = MAX_WEIGHT

    def has(self, weight: int) -> bool:
        """Whether so much is left."""
        return weight <= self.left

    def take(self, weight: int) -> bool:
        """Use so much if it is left; whether it was."""
        if not self.has(weight):
            return False
        self.left -= weight
        return True
