"""Calls that run by themselves: when, in which order, and what comes of those that cannot."""

from __future__ import annotations

from typing import Any

import pytest
from referenda_chain import TARGET, ReferendaChain, give, give_many
from wrapped import ALICE, TAO, error_of, remark

from taoctl.localnet.frame import Call
from taoctl.localnet.pallets.governance.scheduler_types import (
    AGENDAS_BASE,
    DISPATCH_BASE,
    Meter,
    agenda_base,
)

NAME, OTHER = bytes(range(32)), b"\xff" * 32
NAMELESS = 3_490_000
"""Ref time of a task without a name, a period or a preimage, its call apart."""
FAILING = Call("Balances", "force_transfer", {"source": TARGET, "dest": ALICE, "value": TAO})


@pytest.fixture
def chain() -> ReferendaChain:
    return ReferendaChain()


def scheduled(chain: ReferendaChain, name: str, *values: object) -> str | None:
    return error_of(chain.root("Scheduler", name, *values))


def test_a_task_runs_in_its_block_as_root(chain: ReferendaChain) -> None:
    call = give()
    assert scheduled(chain, "schedule", 4, None, 63, call) is None
    assert chain.told("Scheduler") == [("Scheduled", {"when": 4, "index": 0})]
    assert chain.rt.scheduler.Agenda[4] == (
        {
            "maybe_id": None,
            "priority": 63,
            "call": {"Inline": chain.rt.encode_call(call)},
            "maybe_periodic": None,
            "origin": {"system": "Root"},
        },
    )
    chain.to_block(3)
    assert chain.free() == 0
    chain.next_block()
    assert chain.free() == TAO
    done = {"task": (4, 0), "id": None, "result": {"Ok": ()}}
    assert chain.told("Scheduler") == [("Dispatched", done)]
    assert chain.events("Scheduler")[0].phase == "Initialization"
    assert 4 not in chain.rt.scheduler.Agenda
    assert chain.rt.scheduler.IncompleteSince.get() == 5


def test_only_root_schedules(chain: ReferendaChain) -> None:
    how: dict[str, Any] = {"maybe_periodic": None, "priority": 0, "call": remark()}
    for name, args in (
        ("schedule", {"when": 5, **how}),
        ("cancel", {"when": 5, "index": 0}),
        ("schedule_named", {"id": NAME, "when": 5, **how}),
        ("cancel_named", {"id": NAME}),
        ("schedule_after", {"after": 5, **how}),
        ("schedule_named_after", {"id": NAME, "after": 5, **how}),
        ("set_retry", {"task": (5, 0), "retries": 1, "period": 1}),
        ("set_retry_named", {"id": NAME, "retries": 1, "period": 1}),
        ("cancel_retry", {"task": (5, 0)}),
        ("cancel_retry_named", {"id": NAME}),
    ):
        assert error_of(chain.do(ALICE, "Scheduler", name, **args)) == "BadOrigin"


def test_after_counts_from_the_next_block(chain: ReferendaChain) -> None:
    assert scheduled(chain, "schedule_after", 0, None, 0, give()) is None
    assert scheduled(chain, "schedule_named_after", NAME, 2, None, 0, remark()) is None
    assert scheduled(chain, "schedule_after", 2**32 - 1, None, 0, remark()) is None
    assert set(chain.rt.scheduler.Agenda.keys()) == {2, 4, 2**32 - 1}
    assert chain.rt.scheduler.Lookup[NAME] == (4, 0)
    chain.next_block()
    assert chain.free() == TAO


def test_what_cannot_be_scheduled_is_refused(chain: ReferendaChain) -> None:
    for when in (0, 1):
        assert scheduled(chain, "schedule", when, None, 0, remark()) == (
            "Scheduler.TargetBlockNumberInPast"
        )
    assert scheduled(chain, "schedule_named", NAME, 3, None, 0, remark()) is None
    assert scheduled(chain, "schedule_named", NAME, 1, None, 0, remark()) == (
        "Scheduler.FailedToSchedule"
    )
    for _ in range(49):
        assert scheduled(chain, "schedule", 3, None, 0, remark()) is None
    assert scheduled(chain, "schedule", 3, None, 0, remark()) == "Exhausted"
    assert scheduled(chain, "cancel", 3, 7) is None
    assert scheduled(chain, "schedule", 3, None, 0, remark()) is None
    assert chain.last("Scheduled") == {"when": 3, "index": 7}


def test_what_is_not_there_cannot_be_cancelled(chain: ReferendaChain) -> None:
    for name, values in (
        ("cancel", (5, 0)),
        ("cancel_named", (NAME,)),
        ("set_retry", ((5, 0), 1, 1)),
        ("set_retry_named", (NAME, 1, 1)),
        ("cancel_retry", ((5, 0),)),
        ("cancel_retry_named", (NAME,)),
    ):
        assert scheduled(chain, name, *values) == "Scheduler.NotFound"


def test_cancelling_frees_the_place_the_name_and_the_bytes(chain: ReferendaChain) -> None:
    for number in range(3):
        name = bytes([number]) * 32
        assert scheduled(chain, "schedule_named", name, 9, None, 0, give_many(4 + number)) is None
    noted = len(chain.rt.preimage.PreimageFor)
    assert noted == 3
    assert scheduled(chain, "cancel_named", b"\x01" * 32) is None
    assert [task is None for task in chain.rt.scheduler.Agenda[9]] == [False, True, False]
    assert scheduled(chain, "cancel", 9, 2) is None
    assert len(chain.rt.scheduler.Agenda[9]) == 1
    assert scheduled(chain, "cancel", 9, 0) is None
    assert 9 not in chain.rt.scheduler.Agenda
    assert not len(chain.rt.scheduler.Lookup)
    assert chain.last("Canceled") == {"when": 9, "index": 0}


def test_the_most_urgent_run_first(chain: ReferendaChain) -> None:
    for priority, amount in ((9, 1), (0, 2), (255, 3), (0, 4)):
        assert scheduled(chain, "schedule", 2, None, priority, give(amount * TAO)) is None
    chain.next_block()
    assert [data["task"] for _, data in chain.told("Scheduler")] == [(2, 1), (2, 3), (2, 0), (2, 2)]
    assert chain.free() == 3 * TAO


def test_a_periodic_task_comes_back_as_often_as_it_was_told(chain: ReferendaChain) -> None:
    assert scheduled(chain, "schedule_named", NAME, 2, (3, 3), 0, remark()) is None
    ran = []
    for _ in range(15):
        chain.next_block()
        if any(name == "Dispatched" for name, _ in chain.told("Scheduler")):
            ran.append(chain.now)
    assert ran == [2, 5, 8]
    assert NAME not in chain.rt.scheduler.Lookup
    for never in ((0, 5), (3, 1), (3, 0)):
        assert scheduled(chain, "schedule", chain.now + 1, never, 0, remark()) is None
        assert chain.rt.scheduler.Agenda[chain.now + 1][-1]["maybe_periodic"] is None


def test_a_failing_task_is_tried_again_while_it_may_be(chain: ReferendaChain) -> None:
    assert scheduled(chain, "schedule_named", NAME, 2, None, 0, FAILING) is None
    assert scheduled(chain, "set_retry_named", NAME, 2, 3) is None
    assert chain.last("RetrySet") == {"task": (2, 0), "id": NAME, "period": 3, "retries": 2}
    chain.next_block()
    failed = {"Err": {"Token": "FundsUnavailable"}}
    assert chain.told("Scheduler") == [
        ("Dispatched", {"task": (2, 0), "id": NAME, "result": failed}),
        ("Scheduled", {"when": 5, "index": 0}),
    ]
    assert chain.rt.scheduler.Retries[5, 0] == {"total_retries": 2, "remaining": 1, "period": 3}
    chain.to_block(8)
    assert [name for name, _ in chain.told("Scheduler")] == ["Dispatched"]
    assert not len(chain.rt.scheduler.Retries)


def test_a_retry_can_be_taken_back(chain: ReferendaChain) -> None:
    assert scheduled(chain, "schedule_named", NAME, 2, None, 0, FAILING) is None
    assert scheduled(chain, "set_retry", (2, 0), 5, 1) is None
    assert scheduled(chain, "cancel_retry", (2, 0)) is None
    assert chain.last("RetryCancelled") == {"task": (2, 0), "id": None}
    assert scheduled(chain, "set_retry_named", NAME, 5, 1) is None
    assert scheduled(chain, "cancel_retry_named", NAME) is None
    assert chain.last("RetryCancelled") == {"task": (2, 0), "id": NAME}
    chain.next_block()
    assert [name for name, _ in chain.told("Scheduler")] == ["Dispatched"]


def test_no_room_for_another_time_is_told(chain: ReferendaChain) -> None:
    assert scheduled(chain, "schedule", 2, (1, 2), 0, FAILING) is None
    assert scheduled(chain, "set_retry", (2, 0), 1, 1) is None
    for _ in range(50):
        assert scheduled(chain, "schedule", 3, None, 0, remark()) is None
    chain.next_block()
    told = [name for name, _ in chain.told("Scheduler")]
    assert told == ["Dispatched", "RetryFailed", "PeriodicFailed"]


def test_a_call_whose_bytes_are_gone_stays_undone(chain: ReferendaChain) -> None:
    assert scheduled(chain, "schedule_named", NAME, 2, None, 0, give_many()) is None
    for key in list(chain.rt.preimage.PreimageFor.keys()):
        del chain.rt.preimage.PreimageFor[key]
    assert scheduled(chain, "schedule", 2, None, 0, give()) is None
    chain.next_block()
    assert [name for name, _ in chain.told("Scheduler")] == ["CallUnavailable", "Dispatched"]
    assert chain.free() == TAO
    assert chain.rt.scheduler.Agenda[2][0]["maybe_id"] == NAME
    assert NAME not in chain.rt.scheduler.Lookup


def test_bytes_that_are_no_call_stay_undone(chain: ReferendaChain) -> None:
    assert scheduled(chain, "schedule", 2, None, 0, give()) is None
    (task,) = chain.rt.scheduler.Agenda[2]
    chain.rt.scheduler.Agenda[2] = ({**task, "call": {"Inline": b"\xff\xff"}},)
    chain.next_block()
    assert [name for name, _ in chain.told("Scheduler")] == ["CallUnavailable"]


def test_what_does_not_fit_in_a_block_is_put_off(
    chain: ReferendaChain, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = {"left": 0}

    def start(meter: Meter) -> None:
        meter.left = room["left"]

    monkeypatch.setattr(Meter, "__init__", start)
    for amount in (1, 2):
        assert scheduled(chain, "schedule", 2, None, 0, give(amount * TAO)) is None
    once = DISPATCH_BASE + chain.rt.weight_of(give()).ref_time
    room["left"] = AGENDAS_BASE + agenda_base(2) + NAMELESS + once + 1
    chain.next_block()
    assert [name for name, _ in chain.told("Scheduler")] == ["Dispatched", "AgendaIncomplete"]
    assert chain.last("AgendaIncomplete") == {"when": 2}
    assert (chain.free(), chain.rt.scheduler.IncompleteSince.get()) == (TAO, 2)
    room["left"] = 3_200_000_000_000
    chain.next_block()
    assert chain.free() == 2 * TAO
    assert chain.last("Dispatched")["task"] == (2, 1)


def test_a_call_that_no_block_has_room_for_is_given_up(
    chain: ReferendaChain, monkeypatch: pytest.MonkeyPatch
) -> None:
    def start(meter: Meter) -> None:
        meter.left = 400_000_000

    assert scheduled(chain, "schedule", 2, None, 0, give()) is None
    monkeypatch.setattr(Meter, "__init__", start)
    chain.next_block()
    assert chain.told("Scheduler") == [("PermanentlyOverweight", {"task": (2, 0), "id": None})]
    assert chain.rt.scheduler.IncompleteSince.get() == 3


def test_moving_a_named_task(chain: ReferendaChain) -> None:
    scheduler = chain.rt.scheduler
    assert scheduled(chain, "schedule_named", NAME, 5, None, 0, give()) is None
    assert scheduler.move_task(NAME, 9) == (9, 0)
    assert (scheduler.task_block(NAME), scheduler.task_block(OTHER)) == (9, None)
    for name, when, error in (
        (NAME, 9, "Scheduler.RescheduleNoChange"),
        (NAME, 1, "Scheduler.TargetBlockNumberInPast"),
        (OTHER, 9, "Unavailable"),
    ):
        with pytest.raises(Exception, match=error):
            scheduler.move_task(name, when)
    with pytest.raises(Exception, match="Unavailable"):
        scheduler.cancel_task(OTHER)
    chain.to_block(9)
    assert chain.free() == TAO
