"""Errors of the calls that move stake, change whose it is, or end it."""

from __future__ import annotations

from stake_cases import (
    ALICES,
    CHARLIES,
    FULL,
    LOST,
    POOR,
    SPOT,
    Case,
    S,
    burn,
    give,
    move,
    moved,
    swap,
    tight,
    transfer,
    words,
)
from stake_net import (
    ALICE,
    CLOSED,
    DAVE,
    EVE,
    EVEN,
    KEPT,
    OTHER,
    OWN,
    ROOT,
    SMALL,
    STRANGER,
    TAO,
    UNEVEN,
)

MOVING = [
    Case(
        *("move_stake", S + "SameNetuid", move(EVEN, EVEN, TAO, OWN)),
        moved("1alpha --netuid 1", OWN),
    ),
    Case(
        *("move_stake", S + "SubnetNotExists", move(EVEN, LOST, TAO)),
        moved("1alpha --netuid 1 --to-netuid 77 --unsafe"),
    ),
    Case(
        *("move_stake", S + "SubtokenDisabled", move(EVEN, CLOSED, TAO)),
        moved("1alpha --netuid 1 --to-netuid 5 --unsafe"),
    ),
    Case(
        *("move_stake", S + "HotKeyAccountNotExists", move(EVEN, EVEN, TAO, STRANGER)),
        words(
            "move 1alpha --netuid 1 --wallet //Alice --from-hotkey", OWN, "--to-hotkey", STRANGER
        ),
    ),
    Case(
        *("move_stake", S + "AmountTooLow", move(EVEN, EVEN, 10_000)),
        moved("0.00001alpha --netuid 1"),
    ),
    Case(
        *("move_stake", S + "AmountTooLow", move(EVEN, UNEVEN, 10_000)),
        moved("0.00001alpha --netuid 1 --to-netuid 2 --unsafe"),
    ),
    Case(
        *("move_stake", S + "InsufficientLiquidity", move(SMALL, EVEN, TAO)),
        moved("1alpha --netuid 6 --to-netuid 1 --unsafe"),
        stored=POOR,
    ),
    Case(
        *("move_stake", S + "StakeUnavailable", move(EVEN, UNEVEN, 50 * TAO)),
        (
            *words(
                "move 50alpha --netuid 1 --to-netuid 2 --unsafe --wallet //Charlie --from-hotkey",
                OWN,
            ),
            "--to-hotkey",
            OTHER,
        ),
        uri="//Charlie",
    ),
    Case(
        *("transfer_stake", S + "SameNetuid", transfer(ALICE, EVEN, TAO)),
        words("transfer 1alpha //Alice --netuid 1", *ALICES),
    ),
    Case(
        *("transfer_stake", S + "TransferDisallowed", transfer(DAVE, KEPT, TAO)),
        words("transfer 1alpha //Dave --netuid 3", *ALICES),
    ),
    Case(
        *("transfer_stake", S + "TransferDisallowed", transfer(DAVE, EVEN, TAO, KEPT)),
        words("transfer 1alpha //Dave --netuid 1 --to-netuid 3 --unsafe", *ALICES),
    ),
    Case(
        *("transfer_stake", S + "AccountRejectsLockedAlpha", transfer(DAVE, EVEN, 50 * TAO)),
        words("transfer 50alpha //Dave --netuid 1", *CHARLIES),
        uri="//Charlie",
    ),
    Case(
        *("transfer_stake", S + "LockHotkeyMismatch", transfer(EVE, EVEN, 50 * TAO)),
        words("transfer 50alpha //Eve --netuid 1", *CHARLIES),
        uri="//Charlie",
    ),
    Case(
        *("transfer_stake", S + "StakeUnavailable", transfer(DAVE, EVEN, 50 * TAO, UNEVEN)),
        words("transfer 50alpha //Dave --netuid 1 --to-netuid 2 --unsafe", *CHARLIES),
        uri="//Charlie",
    ),
    Case(
        *("swap_stake", S + "SameNetuid", swap(EVEN, EVEN, TAO)),
        words("swap 1alpha --netuid 1 --to-netuid 1", *ALICES),
        exit_code=2,
    ),
    Case(
        *("swap_stake", S + "SubnetNotExists", swap(EVEN, LOST, TAO)),
        words("swap 1alpha --netuid 1 --to-netuid 77 --unsafe", *ALICES),
    ),
    Case(
        *("swap_stake", S + "SubtokenDisabled", swap(EVEN, CLOSED, TAO)),
        words("swap 1alpha --netuid 1 --to-netuid 5", *ALICES),
    ),
    Case(
        *("swap_stake", S + "AmountTooLow", swap(EVEN, UNEVEN, 10_000)),
        words("swap 0.00001alpha --netuid 1 --to-netuid 2 --unsafe", *ALICES),
    ),
    Case(
        *("swap_stake", S + "HotKeyAccountNotExists", swap(EVEN, UNEVEN, TAO, STRANGER)),
        words("swap 1alpha --netuid 1 --to-netuid 2 --unsafe --wallet //Alice --hotkey", STRANGER),
    ),
    Case(
        *("swap_stake", S + "StakeUnavailable", swap(EVEN, UNEVEN, 50 * TAO)),
        words("swap 50alpha --netuid 1 --to-netuid 2 --unsafe", *CHARLIES),
        uri="//Charlie",
    ),
    Case(
        *("swap_stake", S + "InsufficientLiquidity", swap(SMALL, EVEN, TAO)),
        words("swap 1alpha --netuid 6 --to-netuid 1 --unsafe", *ALICES),
        stored=POOR,
    ),
    Case(
        *("swap_stake_limit", S + "SlippageTooHigh", swap(EVEN, UNEVEN, 90 * TAO, **tight(FULL))),
        words("swap 90alpha --netuid 1 --to-netuid 2 --limit 1000000", *ALICES),
    ),
]

ENDING = [
    Case(
        *("recycle_alpha", S + "CannotBurnOrRecycleOnRootSubnet", give(ROOT, TAO)),
        words("recycle 1alpha --netuid 0", *ALICES),
    ),
    Case(
        *("burn_alpha", S + "CannotBurnOrRecycleOnRootSubnet", give(ROOT, TAO)),
        words("burn 1alpha --netuid 0", *ALICES),
    ),
    Case(
        *("add_stake_burn", S + "CannotBurnOrRecycleOnRootSubnet", burn(ROOT, TAO)),
        words("burn 1tao --netuid 0", *ALICES),
    ),
    Case(
        *("recycle_alpha", S + "HotKeyAccountNotExists", give(EVEN, TAO, STRANGER)),
        words("recycle 1alpha --netuid 1 --wallet //Alice --hotkey", STRANGER),
    ),
    Case(
        *("burn_alpha", S + "HotKeyAccountNotExists", give(EVEN, TAO, STRANGER)),
        words("burn 1alpha --netuid 1 --wallet //Alice --hotkey", STRANGER),
    ),
    Case(
        *("recycle_alpha", S + "InsufficientLiquidity", give(KEPT, TAO)),
        words("recycle 1alpha --netuid 3", *ALICES),
        stored=(("SubnetAlphaOut", KEPT, 1),),
    ),
    Case(
        *("burn_alpha", S + "InsufficientLiquidity", give(KEPT, TAO)),
        words("burn 1alpha --netuid 3", *ALICES),
        stored=(("SubnetAlphaOut", KEPT, 1),),
    ),
    Case(
        *("recycle_alpha", S + "SubnetNotExists", give(LOST, TAO)),
        words("recycle 1alpha --netuid 77", *ALICES),
    ),
    Case(
        *("burn_alpha", S + "SubtokenDisabled", give(CLOSED, TAO)),
        words("burn 1alpha --netuid 5", *ALICES),
    ),
    Case(
        *("recycle_alpha", S + "StakeUnavailable", give(EVEN, 50 * TAO)),
        words("recycle 50alpha --netuid 1", *CHARLIES),
        uri="//Charlie",
    ),
    Case(
        *("burn_alpha", S + "StakeUnavailable", give(EVEN, 50 * TAO)),
        words("burn 50alpha --netuid 1", *CHARLIES),
        uri="//Charlie",
    ),
    Case(
        *("add_stake_burn", S + "AmountTooLow", burn(EVEN, 1_000_000)),
        words("burn 0.001tao --netuid 1 --unsafe", *ALICES),
    ),
    Case(
        *("add_stake_burn", S + "SlippageTooHigh", burn(EVEN, 500 * TAO, limit=SPOT + SPOT // 100)),
        words("burn 500tao --netuid 1", *ALICES),
    ),
    Case(
        *("add_stake_burn", "Swap.PriceLimitExceeded", burn(EVEN, TAO, limit=SPOT // 2)),
        words("burn 1tao --netuid 1 --limit 0.05", *ALICES),
    ),
    Case(
        *("add_stake_burn", S + "NotEnoughBalanceToStake", burn(ROOT, 20_000 * TAO)),
        words("burn 20000tao --netuid 4", *ALICES),
    ),
]
