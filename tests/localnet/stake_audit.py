"""Double entry for staking: what a call's events say must be what changed, and nothing else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from accounting import replayed
from stake_chain import KEYS, NETUIDS, STABLE, Applied, Books, StakeChain

from taoctl.localnet.pallets.subtensor.subnets import BURN_ACCOUNT, ROOT, subnet_account
from taoctl.localnet.state import ABSENT

DYNAMIC = (1, 2, 3)
SIGNED_ITEMS = {"SubnetTaoFlow", "SubnetEmaTaoFlow", "SubnetProtocolFlow", "SubnetEmaProtocolFlow"}
"""Items that count flows and rates, which are negative where more leaves than comes."""
ROUNDING = 1
"""What the shares of a pool may shift a position by, when another one of it changes."""


def values(event: Any) -> list[Any]:
    """The fields of an event, in order."""
    data = event.data
    if isinstance(data, dict):
        return list(data.values())
    return list(data) if isinstance(data, tuple | list) else [data]


def named(events: Iterable[Any], name: str) -> list[list[Any]]:
    """The fields of every event of a name."""
    return [values(event) for event in events if event.name == name]


def check_extrinsic(chain: StakeChain, before: Books, after: Books, applied: Applied) -> None:
    """Hold what an extrinsic changed against what its events say."""
    if applied.invalid is not None:
        assert applied.events == [] and after == before
        return
    _check_tao(chain, before, after, applied)
    _check_alpha(chain, before, after, applied)
    _check_others(before, after, applied)


def check_state(chain: StakeChain, books: Books) -> None:
    """What holds at any moment, whatever happened before."""
    module = chain.rt.subtensor
    burned = module.TotalIssuance.get() - books.issued
    assert sum(books.free.values()) == books.issued and burned >= 0
    root = books.held(ROOT)
    assert root == books.reserve[ROOT] == books.alpha_out[ROOT]
    for netuid in (ROOT, STABLE):
        account = subnet_account(netuid)
        assert books.reserve[netuid] == _free(books, account) + chain.lost[account]
    assert books.reserve[STABLE] >= books.alpha_out[STABLE]
    for netuid in NETUIDS:
        account = subnet_account(netuid)
        assert _free(books, account) + chain.lost[account] >= books.reserve[netuid]
        assert books.spare[netuid] >= 0
    _check_pools(books)
    _check_claims(books)
    _check_locks(chain, books)


def check_signs(chain: StakeChain) -> None:
    """No stored number is negative, but those that count flows."""
    for (pallet, item), store in chain.rt.state.stores.items():
        if item in SIGNED_ITEMS:
            continue
        for key, value in store.data.items():
            assert value is ABSENT or all(n >= 0 for n in _numbers(value)), (pallet, item, key)


def check_block(chain: StakeChain, before: Books, after: Books) -> None:
    """What a block brings is emission: TAO that is issued, alpha that is emitted or recycled."""
    module = chain.rt.subtensor
    minted = after.issued - before.issued
    assert minted >= 0
    for netuid in DYNAMIC:
        issued = before.alpha_in[netuid] + before.alpha_out[netuid]
        now = after.alpha_in[netuid] + after.alpha_out[netuid]
        emitted = module.SubnetAlphaInEmission[netuid] + module.SubnetAlphaOutEmission[netuid]
        assert now <= issued + emitted
    people = set(KEYS) | set(before.free)
    for who in people - {subnet_account(n) for n in NETUIDS}:
        assert after.free.get(who, 0) == before.free.get(who, 0), who


def _check_tao(chain: StakeChain, before: Books, after: Books, applied: Applied) -> None:
    """Every movement of TAO has its event; what leaves existence is the fee and dust."""
    held = {who: (rao, 0) for who, rao in before.free.items()}
    left, change = replayed(held, applied.events)
    assert {who: free for who, (free, _) in left.items()} == after.free
    assert after.issued == before.issued + change
    told = applied.told
    assert told is not None
    paid = sum(fee for who, fee, _ in named(applied.events, "TransactionFeePaid"))
    dust = sum(rao for _, rao in named(applied.events, "DustLost"))
    in_alpha = named(applied.events, "TransactionFeePaidWithAlpha")
    assert paid <= told.total and len(in_alpha) <= 1
    assert -change == dust + (0 if in_alpha else paid)
    # What the pools take in fees of TAO is burned, or rests on the account of the subnet.
    fees = sum(fee for *_, fee in named(applied.events, "StakeAdded"))
    fees += sum(tao for *_, tao in in_alpha)
    accounts = {subnet_account(netuid) for netuid in NETUIDS}
    gone = named(applied.events, "DustLost")
    resting = sum(rao for who, rao in gone if who in accounts)
    resting += sum(_beside(after, n) - _beside(before, n) for n in NETUIDS)
    assert _free(after, BURN_ACCOUNT) - _free(before, BURN_ACCOUNT) + resting == fees


def _check_alpha(chain: StakeChain, before: Books, after: Books, applied: Applied) -> None:
    """Alpha of every hotkey moves as the events say; none comes or goes but by recycling."""
    expected = _moved(applied.events)
    claimed = _claimed(before, after, applied)
    swept: Counter[int] = Counter()
    for place in before.pools.keys() | after.pools.keys() | expected.keys():
        _, netuid = place
        off = after.pools.get(place, 0) - before.pools.get(place, 0) - expected[place]
        if off and applied.call.name == "claim_root":
            continue
        if off:
            # A rest that no sale would bring anything for is swept away.
            assert off < 0 and applied.call.name.startswith(("remove", "unstake")), place
            assert -off * chain.rt.swap.price_bits(netuid) >> 64 <= 200_000_000
            swept[netuid] -= off
    fees, burned, recycled = Counter[int](), Counter[int](), Counter[int]()
    for *_, netuid, fee in named(applied.events, "StakeRemoved"):
        fees[netuid] += fee
    for _, _, rao, netuid in named(applied.events, "AlphaBurned"):
        burned[netuid] += rao
    for _, _, rao, netuid in named(applied.events, "AlphaRecycled"):
        recycled[netuid] += rao
    for netuid in NETUIDS:
        spared = after.spare[netuid] - before.spare[netuid]
        wanted = fees[netuid] + burned[netuid] + swept[netuid] - claimed[netuid]
        assert spared == wanted, (netuid, spared, wanted)
    for netuid in DYNAMIC:
        issued = before.alpha_in[netuid] + before.alpha_out[netuid]
        assert after.alpha_in[netuid] + after.alpha_out[netuid] == issued - recycled[netuid]
    for netuid in (ROOT, STABLE):
        gap, now = (b.reserve[netuid] - b.alpha_out[netuid] for b in (before, after))
        assert now - gap == recycled[netuid]  # the TAO of what is recycled stays behind


def _moved(events: list[Any]) -> Counter[tuple[str, int]]:
    """How much alpha events move into and out of the pool of each hotkey."""
    moved: Counter[tuple[str, int]] = Counter()
    for _, hotkey, _, alpha, netuid, _ in named(events, "StakeAdded"):
        moved[hotkey, netuid] += alpha
    for _, hotkey, _, alpha, netuid, fee in named(events, "StakeRemoved"):
        moved[hotkey, netuid] -= alpha + fee
    for name in ("AlphaBurned", "AlphaRecycled"):
        for _, hotkey, rao, netuid in named(events, name):
            moved[hotkey, netuid] -= rao
    return moved


def _claimed(before: Books, after: Books, applied: Applied) -> Counter[int]:
    """Alpha of each subnet that was paid out of the unclaimed root dividends.

    It may not be more than was owed; a claim of several subnets rounds each of its parts.
    """
    claimed: Counter[int] = Counter()
    if applied.call.name != "claim_root" or applied.error is not None:
        return claimed
    for netuid in set(applied.call.args["subnets"]) & set(DYNAMIC):
        claimed[netuid] = before.spare[netuid] - after.spare[netuid]
        owed = [
            rao
            for (_, coldkey, at), rao in before.root_owed.items()
            if coldkey == applied.signer and at == netuid
        ]
        assert 0 <= claimed[netuid] <= sum(owed) + len(owed)
    return claimed


def _check_others(before: Books, after: Books, applied: Applied) -> None:
    """Nobody's stake or TAO changes but the signer's and that of who it gives to."""
    mine = {applied.signer, applied.call.args.get("destination_coldkey")}
    for who in KEYS.keys() - mine:
        assert _free(after, who) == _free(before, who), who
    for key in before.positions.keys() | after.positions.keys():
        if key[1] not in mine:
            moved = after.positions.get(key, 0) - before.positions.get(key, 0)
            assert abs(moved) <= ROUNDING, (key, moved, applied.call)


def _check_pools(books: Books) -> None:
    """The positions on a hotkey add up to its alpha, but for a rao of each."""
    held: Counter[tuple[str, int]] = Counter()
    count: Counter[tuple[str, int]] = Counter()
    for (hotkey, _, netuid), rao in books.positions.items():
        held[hotkey, netuid] += rao
        count[hotkey, netuid] += 1
    for place, rao in books.pools.items():
        assert rao - 2 * count[place] <= held[place] <= rao, (place, rao, held[place])


def _check_claims(books: Books) -> None:
    """What root stakers may claim of a subnet is there to be claimed."""
    owed: Counter[int] = Counter()
    for (_, _, netuid), rao in books.root_owed.items():
        owed[netuid] += max(rao, 0)
    for netuid, rao in owed.items():
        assert rao <= books.spare[netuid] + len(books.root_owed)


def _check_locks(chain: StakeChain, books: Books) -> None:
    """Nobody has less alpha on a subnet than is locked there, but by fees: they take from both."""
    module = chain.rt.subtensor
    held: Counter[tuple[str, int]] = Counter()
    for (_, coldkey, netuid), rao in books.positions.items():
        held[coldkey, netuid] += rao
    for (coldkey, netuid, _), _ in module.Lock.items():
        place = coldkey, netuid
        locked = module.locked_alpha(coldkey, netuid)
        assert locked <= held[place] + chain.alpha_fees[place] + 2


def _beside(books: Books, netuid: int) -> int:
    """TAO on the account of a subnet that is not in its reserve."""
    return _free(books, subnet_account(netuid)) - books.reserve[netuid]


def _free(books: Books, who: str) -> int:
    return books.free.get(who, 0)


def _numbers(value: Any) -> Iterable[int]:
    if isinstance(value, bool | str | bytes) or value is None:
        return
    if isinstance(value, int):
        yield value
    elif isinstance(value, dict):
        for name, one in value.items():
            if name != "exponent":  # of a share, which is a decimal float
                yield from _numbers(one)
    else:
        for one in value:
            yield from _numbers(one)
