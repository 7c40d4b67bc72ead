"""Validator emission reaches parents, owners, nominators and root stakers, and nobody else."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from taoctl.economics.dividends import (
    HotkeyStake,
    Parent,
    ParentSplit,
    miner_burned_bits,
    split_dividends,
    split_to_parents,
)

U64_MAX = 2**64 - 1
TAO_WEIGHT = 3_320_413_933_267_719_290  # 0.18
STAKES = st.builds(HotkeyStake, st.integers(0, 10**15), st.integers(0, 10**15))


def test_a_validator_without_parents_keeps_everything() -> None:
    split = split_to_parents(
        "v",
        1_000_000,
        HotkeyStake(5, 0),
        [],
        tao_weight_u64=0,
        childkey_take_u16=11_796,
        childkey_burn_u64=0,
    )
    assert split == ParentSplit((("v", 1_000_000),), 0)


def test_a_foreign_parent_pays_take_and_burn_and_an_own_parent_does_not() -> None:
    def split(same_owner: bool) -> ParentSplit:
        return split_to_parents(
            "child",
            1_000_000,
            HotkeyStake(10**12, 0),
            [Parent("parent", U64_MAX, HotkeyStake(3 * 10**12, 0), same_owner)],
            tao_weight_u64=0,
            childkey_take_u16=6_553,
            childkey_burn_u64=U64_MAX // 5,
        )

    own, foreign = split(True), split(False)
    assert dict(own.dividends) == {"parent": 750_000, "child": 250_000}
    assert own.recycled == 0
    paid = dict(foreign.dividends)
    assert abs(foreign.recycled - 150_000) <= 1
    assert abs(paid["child"] - (250_000 + 750_000 * 6_553 // 65_535)) <= 2
    assert abs(sum(paid.values()) + foreign.recycled - 1_000_000) <= 2


@given(
    st.integers(0, 10**13),
    STAKES,
    st.lists(st.tuples(st.integers(0, U64_MAX), STAKES, st.booleans()), max_size=5),
    st.integers(0, 65_535),
    st.integers(0, U64_MAX),
    st.lists(st.integers(0, U64_MAX // 5), max_size=5),
)
def test_a_split_never_pays_more_than_the_emission(
    emission: int,
    stake: HotkeyStake,
    parents: list[tuple[int, HotkeyStake, bool]],
    take: int,
    burn: int,
    given_away: list[int],
) -> None:
    lent = [Parent(f"p{i}", *row) for i, row in enumerate(parents)]
    split = split_to_parents(
        "child",
        emission,
        stake,
        lent,
        given_to_children_u64=given_away,
        tao_weight_u64=TAO_WEIGHT,
        childkey_take_u16=take,
        childkey_burn_u64=burn,
    )
    assert [name for name, _ in split.dividends] == [*(p.hotkey for p in lent), "child"]
    total = sum(amount for _, amount in split.dividends) + split.recycled
    # Take and burn above the whole overdraw a parent's part, as on the chain.
    if take / 65_535 + burn / U64_MAX <= 1:
        assert total <= emission


@given(
    st.dictionaries(
        st.sampled_from("abcdef"),
        st.tuples(st.integers(0, 10**12), STAKES, st.integers(0, 11_796)),
    ),
    st.integers(0, 10**12),
    st.integers(0, 10**12),
)
def test_pending_alpha_is_paid_by_alpha_and_root_parts(
    hotkeys: dict[str, tuple[int, HotkeyStake, int]], validator_alpha: int, root_alpha: int
) -> None:
    paid = split_dividends(
        {name: row[0] for name, row in hotkeys.items()},
        {name: row[1] for name, row in hotkeys.items()},
        validator_alpha=validator_alpha,
        root_alpha=root_alpha,
        tao_weight_u64=TAO_WEIGHT,
        takes_u16={name: row[2] for name, row in hotkeys.items()},
    )
    assert set(paid) == set(hotkeys)
    assert sum(p.alpha_take + p.alpha_nominators for p in paid.values()) <= validator_alpha
    assert sum(p.root_take + p.root_claimable for p in paid.values()) <= root_alpha
    for name, part in paid.items():
        if not hotkeys[name][1].root_tao:
            assert part.root_take == part.root_claimable == 0


def test_takes_and_parts_of_two_validators() -> None:
    paid = split_dividends(
        {"alpha": 600, "root": 400, "stranger": 10**9},
        {"alpha": HotkeyStake(10**12, 0), "root": HotkeyStake(0, 10**12)},
        validator_alpha=10**9,
        root_alpha=10**8,
        tao_weight_u64=TAO_WEIGHT,
        takes_u16={"alpha": 6_553, "root": 0},
    )
    assert set(paid) == {"alpha", "root"}
    take = int(Fraction(6_553, 65_535) * 10**9)
    assert abs(paid["alpha"].alpha_take - take) <= 1
    assert paid["alpha"].alpha_take + paid["alpha"].alpha_nominators in (10**9 - 1, 10**9)
    assert paid["root"].alpha_nominators == 0
    assert paid["root"].root_claimable == 10**8


def test_miner_burned_is_the_withheld_part() -> None:
    assert miner_burned_bits(1, 4) == 1 << 30
    assert miner_burned_bits(0, 0) == 0
