"""Whatever is submitted, voted and killed in whatever order: the books of the referenda agree."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from referenda_chain import PROPOSERS, REVIEWERS, TARGET, TRIUMVIRATE, ReferendaChain
from wrapped import ALICE, TAO

from taoctl.localnet.frame import Call

ENDS = {
    "Delegated",
    "Rejected",
    "Expired",
    "FastTracked",
    "Cancelled",
    "Enacted",
    "Killed",
}


def random_call(rng: random.Random, number: int) -> Call:
    """A call that no other is equal to: short, long, or one that fails."""
    give = Call("Balances", "force_set_balance", {"who": TARGET, "new_free": TAO + number})
    fail = Call("Balances", "force_transfer", {"source": TARGET, "dest": ALICE, "value": 2**63})
    long = Call("Utility", "batch", {"calls": (give,) * rng.randint(4, 6)})
    return rng.choice((give, fail, long))


def check(chain: ReferendaChain) -> Counter[str]:
    """Hold every item to every other; how many referenda there are of each status."""
    referenda, voting = chain.rt.referenda, chain.rt.signed_voting
    statuses: Counter[str] = Counter()
    by_proposer: Counter[str] = Counter()
    for index in range(referenda.ReferendumCount.get()):
        name = next(iter(referenda.ReferendumStatusFor[index]))
        statuses[name] += 1
        waits = name in ("Ongoing", "FastTracked")
        info = referenda.ongoing(index)
        review = info["proposal"] == "Review" if info else waits
        assert (index in referenda.EnactmentTask) == (waits and review)
        assert (chain.enactment(index) is not None) == (waits and review)
        assert (index in voting.TallyOf) == (index in voting.VoterSetOf) == (info is not None)
        if info is None:
            continue
        by_proposer[info["proposer"]] += 1
        votes = [vote for _, vote in voting.VotingFor.prefix(index)]
        assert chain.tally(index) == (
            votes.count(True),
            votes.count(False),
            len(voting.VoterSetOf[index]),
        )
        alarm = chain.alarm(index)
        if not review:
            assert alarm in (chain.now + 1, info["submitted"] + 50)
        else:
            assert alarm in (None, chain.now + 1)
            due = chain.enactment(index)
            assert due is not None
            assert chain.now < due <= info["submitted"] + 60
    assert sum(statuses.values()) == referenda.ReferendumCount.get()
    assert referenda.ActiveCount.get() == statuses["Ongoing"] <= 20
    assert {k: v for k, v in referenda.ActivePerProposer.items() if v} == by_proposer
    assert all(count <= 5 for count in by_proposer.values())
    _check_preimages(chain)
    return statuses


def _check_preimages(chain: ReferendaChain) -> None:
    """Exactly what is open or due is kept, each once."""
    needed = []
    for _, status in chain.rt.referenda.ReferendumStatusFor.items():
        info = status.get("Ongoing")
        if info is not None and info["proposal"] != "Review":
            needed.append(info["proposal"]["Action"])
    needed += [wrapper for _, wrapper in chain.rt.referenda.EnactmentTask.items()]
    keys = {(b["Lookup"]["hash"], b["Lookup"]["len"]) for b in needed if "Lookup" in b}
    assert set(chain.rt.preimage.PreimageFor.keys()) == keys
    for _, status in chain.rt.preimage.RequestStatusFor.items():
        assert status["Requested"]["count"] == 1


def step(chain: ReferendaChain, rng: random.Random, number: int) -> None:
    """One thing that somebody does, taken or refused."""
    count = int(chain.rt.referenda.ReferendumCount.get())
    open_ones = [n for n in range(count) if chain.status(n) == "Ongoing"]
    choice = rng.random()
    if choice < 0.15 or not open_ones:
        who, call = rng.choice(PROPOSERS), random_call(rng, number)
        chain.do(who, "Referenda", "submit", track=0, call=call)
    elif choice < 0.18:
        chain.root("Referenda", "kill", rng.choice(range(count)))
    elif choice < 0.28:
        index = rng.choice(open_ones)
        voters = [who for who, _ in chain.rt.signed_voting.VotingFor.prefix(index)]
        chain.unvote(rng.choice(voters or [ALICE]), index)
    else:
        index = rng.choice(open_ones)
        total = chain.tally(index)
        assert total is not None
        voters_of = TRIUMVIRATE if total[2] == 3 else REVIEWERS
        approve = rng.random() < rng.choice((0.3, 0.8, 0.97))
        for who in rng.sample(voters_of, rng.randint(1, min(9, len(voters_of)))):
            chain.vote(who, index, approve)


def lived(seed: int, steps: int) -> Counter[str]:
    chain, rng = ReferendaChain(), random.Random(seed)
    for number in range(steps):
        step(chain, rng, number)
        check(chain)
        if rng.random() < 0.5:
            chain.next_block(rng.choice((1, 1, 1, 2, 9)))
            check(chain)
    return check(chain)


def test_the_books_agree_after_every_step() -> None:
    seen: Counter[str] = Counter()
    for seed in range(4):
        seen += lived(seed, 150)
    assert set(seen) - {"Ongoing"} <= ENDS
    assert {"Enacted", "Delegated", "Rejected", "Cancelled", "Killed"} <= set(seen)


@pytest.mark.soak
def test_the_books_agree_for_many_histories() -> None:
    seen: Counter[str] = Counter()
    for seed in range(100, 160):
        seen += lived(seed, 400)
    assert set(seen) - {"Ongoing"} == ENDS
