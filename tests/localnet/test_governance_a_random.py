"""Random lives of motions against the rules written down once more, as simply as can be."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

import pytest
from senate_chain import DURATION, SenateChain, kappa, senator, wrapped
from subtensor_chain import error_of

STEPS = 120
KEYS = 6


@dataclass
class Motion:
    """What a motion must be like."""

    index: int
    threshold: int
    end: int
    votes: dict[int, bool] = field(default_factory=dict)

    def count(self, side: bool) -> int:
        return sum(vote is side for vote in self.votes.values())


@dataclass
class Rules:
    """The rules, told by senators' numbers and motions' values."""

    seated: set[int]
    made: int = 0
    open: dict[int, Motion] = field(default_factory=dict)

    def propose(self, value: int, now: int) -> str | None:
        if value in self.open:
            return "Triumvirate.DuplicateProposal"
        if len(self.open) == 10:
            return "Triumvirate.TooManyActiveProposals"
        self.open[value] = Motion(self.made, len(self.seated) // 2 + 1, now + DURATION)
        self.made += 1
        return None

    def vote(self, who: int, value: int, aye: bool) -> str | None:
        if who not in self.seated:
            return "SubtensorModule.NotSenateMember"
        if value not in self.open:
            return "Triumvirate.ProposalNotExists"
        if self.open[value].votes.get(who) is aye:
            return "Triumvirate.DuplicateVote"
        self.open[value].votes[who] = aye
        return None

    def close(self, value: int, now: int) -> tuple[str | None, bool]:
        """The error, if any, and whether it passed."""
        if value not in self.open:
            return "Triumvirate.ProposalNotExists", False
        motion = self.open[value]
        passed = motion.count(True) >= motion.threshold
        lost = len(self.seated) - motion.count(False) < motion.threshold
        if not passed and not lost and now < motion.end:
            return "Triumvirate.TooEarlyToCloseProposal", False
        del self.open[value]
        return None, passed


class Walk:
    """A chain and the rules, taken through the same steps."""

    def __init__(self, seed: int) -> None:
        self.draw = Random(seed)
        self.chain = SenateChain(KEYS)
        self.rules = Rules(set(range(KEYS)))

    def step(self) -> None:
        kind = self.draw.choices(("propose", "vote", "close", "seat", "wait"), (3, 12, 4, 1, 1))[0]
        getattr(self, kind)()
        self.check()

    def propose(self) -> None:
        value = self.draw.randrange(14)
        expected = self.rules.propose(value, self.chain.rt.block_number)
        assert error_of(self.chain.propose(wrapped(kappa(value)))) == expected

    def vote(self) -> None:
        who, value, aye = (
            self.draw.randrange(KEYS),
            self.draw.randrange(14),
            self.draw.random() < 0.6,
        )
        before = self.rules.open[value].votes if value in self.rules.open else {}
        first = who not in before
        expected = self.rules.vote(who, value, aye)
        outcome = self.chain.vote(who, self.hash_of(value), aye)
        assert error_of(outcome) == expected
        assert outcome.pays is not (expected is None and first)

    def close(self) -> None:
        value = self.draw.randrange(14)
        seats, motion = len(self.rules.seated), self.rules.open.get(value)
        expected, passed = self.rules.close(value, self.chain.rt.block_number)
        was = self.chain.rt.subtensor.Kappa[1]
        assert error_of(self.chain.close(self.hash_of(value))) == expected
        # What passed runs with the ayes' share of the seats there are now.
        runs = passed and motion is not None and 2 * motion.count(True) > seats
        assert self.chain.rt.subtensor.Kappa[1] == (value if runs else was)

    def seat(self) -> None:
        who = self.draw.randrange(KEYS)
        name = "remove_member" if who in self.rules.seated else "add_member"
        assert self.chain.root("SenateMembers", name, who=senator(who)).ok
        self.rules.seated ^= {who}

    def wait(self) -> None:
        self.chain.next(self.draw.choice((1, 20)))

    def hash_of(self, value: int) -> str:
        return self.chain.hash_of(wrapped(kappa(value)))

    def check(self) -> None:
        """The chain's storage is what the rules say, in each of its four places."""
        council = self.chain.rt.triumvirate
        hashes = {self.hash_of(value): motion for value, motion in self.rules.open.items()}
        assert set(council.Proposals.get()) == set(hashes) == set(council.ProposalOf.keys())
        assert len(council.Proposals.get()) == len(hashes)
        assert set(council.Voting.keys()) == set(hashes)
        assert council.ProposalCount.get() == self.rules.made
        for motion, wanted in hashes.items():
            votes = council.Voting[motion]
            assert (votes["index"], votes["threshold"], votes["end"]) == (
                wanted.index,
                wanted.threshold,
                wanted.end,
            )
            for side, aye in (("ayes", True), ("nays", False)):
                who = sorted(senator(n) for n, vote in wanted.votes.items() if vote is aye)
                assert sorted(votes[side]) == who


@pytest.mark.parametrize("seed", range(4))
def test_random_lives_are_as_the_rules_say(seed: int) -> None:
    walk = Walk(seed)
    for _ in range(STEPS):
        walk.step()
    assert walk.rules.made > 5


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(100, 200))
def test_many_random_lives_are_as_the_rules_say(seed: int) -> None:
    walk = Walk(seed)
    for _ in range(4 * STEPS):
        walk.step()
