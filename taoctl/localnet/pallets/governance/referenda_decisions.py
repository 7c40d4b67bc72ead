"""What a tally decides: approval and its review, rejection, expiry, and when a call runs."""

from __future__ import annotations

from typing import Any

from taoctl.economics.governance import ReviewRule, review_delay
from taoctl.localnet.frame import Call, DispatchError
from taoctl.localnet.pallets.governance.referenda_state import ReferendaState
from taoctl.localnet.pallets.governance.referenda_types import task_name


class ReferendaDecisions(ReferendaState):
    """The state machine of an open referendum, run by its alarm."""

    def _advance(self, index: int, info: dict[str, Any]) -> None:
        ((kind, rules),) = info["decision_strategy"].items()
        tally = info["tally"]
        if info["proposal"] == "Review":
            if kind != "Adjustable":
                raise self.error("Unreachable")
            self._review(index, info["submitted"], tally, rules)
        elif kind != "PassOrFail":
            raise self.error("Unreachable")
        elif tally["approval"] >= rules["approve_threshold"]:
            self._approve(index, info, rules)
        elif tally["rejection"] >= rules["reject_threshold"]:
            self.conclude(index, "Rejected")
        else:
            self._wait(index, info, rules)

    def _wait(self, index: int, info: dict[str, Any], rules: dict[str, Any]) -> None:
        """Expire at the deadline, or look again then."""
        deadline = info["submitted"] + rules["decision_period"]
        if self.rt.block_number >= deadline:
            self.conclude(index, "Expired")
        else:
            self._rearm(index, deadline)

    def _approve(self, index: int, info: dict[str, Any], rules: dict[str, Any]) -> None:
        kept = info["proposal"]["Action"]
        call = self.rt.preimage.peek(kept)
        if call is None:
            self._wait(index, info, rules)
        elif rules["on_approval"] == "Execute":
            self._execute(index, info, rules, call)
        else:
            self._hand_over(index, info, rules, call)

    def _execute(self, index: int, info: dict[str, Any], rules: dict[str, Any], call: Call) -> None:
        try:
            self._schedule_enactment(index, self.rt.block_number + 1, call)
        except DispatchError:
            self._scheduler_failed(index)
            self._wait(index, info, rules)
            return
        self.rt.preimage.drop(info["proposal"]["Action"])
        self.conclude(index, "Approved")

    def _hand_over(
        self, index: int, info: dict[str, Any], rules: dict[str, Any], call: Call
    ) -> None:
        track = rules["on_approval"]["Review"]["track"]
        review = self.open_review(call, info["proposer"], track)
        if review is None:
            self.deposit("ReviewSchedulingFailed", index, track)
            self._wait(index, info, rules)
            return
        self.rt.preimage.drop(info["proposal"]["Action"])
        self.conclude(index, "Delegated", review, track)

    def _review(
        self, index: int, submitted: int, tally: dict[str, int], rules: dict[str, int]
    ) -> None:
        if tally["approval"] >= rules["fast_track_threshold"]:
            self._fast_track(index)
        elif tally["rejection"] >= rules["cancel_threshold"]:
            self._cancel(index)
        else:
            self._adjust(index, submitted, tally, rules)

    def _fast_track(self, index: int) -> None:
        try:
            self.rt.scheduler.move_task(task_name(index), self.rt.block_number + 1)
        except DispatchError:
            self._scheduler_failed(index)
            return
        self.conclude(index, "FastTracked")

    def _cancel(self, index: int) -> None:
        try:
            self.rt.scheduler.cancel_task(task_name(index))
        except DispatchError:
            self._scheduler_failed(index)
        self._drop_enactment(index)
        self.conclude(index, "Cancelled")

    def _adjust(
        self, index: int, submitted: int, tally: dict[str, int], rules: dict[str, int]
    ) -> None:
        """Move the call to where the votes put it; at once when that block is past."""
        rule = ReviewRule(
            fast_track=rules["fast_track_threshold"],
            cancel=rules["cancel_threshold"],
            initial_delay=rules["initial_delay"],
            max_delay=rules["max_delay"],
        )
        target = submitted + review_delay(tally["approval"], tally["rejection"], rule)
        if target <= self.rt.block_number:
            self._fast_track(index)
            return
        name = task_name(index)
        if self.rt.scheduler.task_block(name) == target:
            return
        try:
            self.rt.scheduler.move_task(name, target)
        except DispatchError:
            self._scheduler_failed(index)
