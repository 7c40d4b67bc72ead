"""Childkeys: what may be asked for, and when it comes about."""

from __future__ import annotations

from typing import Any

import pytest
from subtensor_chain import TAO, Chain, account, error_of

from taoctl.localnet.pallets.subtensor.subnets import account_bytes
from taoctl.units import U64_MAX

HALF = 2**63
PARENT, CHILD, OTHER = (account(f"h:{name}-1") for name in ("val0", "val1", "val2"))


@pytest.fixture
def chain() -> Chain:
    made = Chain()
    made.begin()
    return made


def ask(
    chain: Chain, *children: tuple[int, str], signer: str = "c:val0-1", hotkey: str = PARENT
) -> Any:
    return chain.call(signer, "set_children", hotkey=hotkey, netuid=1, children=children)


def refusal(outcome: Any) -> str | None:
    error = error_of(outcome)
    return error and error.removeprefix("SubtensorModule.")


def forget_limit(chain: Chain, hotkey: str = PARENT) -> None:
    chain.rt.subtensor.TransactionKeyLastBlock[hotkey, 1, 0] = 0


def family(chain: Chain) -> tuple[Any, Any, Any]:
    module = chain.rt.subtensor
    return (
        module.ChildKeys[PARENT, 1],
        module.ParentKeys[CHILD, 1],
        module.ParentKeys[OTHER, 1],
    )


def test_children_come_about_at_the_first_epoch_after_the_cooldown(chain: Chain) -> None:
    module = chain.rt.subtensor
    assert chain.call(None, "set_pending_childkey_cooldown", cooldown=7).ok
    assert ask(chain, (HALF, CHILD)).ok
    assert chain.events("SetChildrenScheduled") == [(PARENT, 1, 8, ((HALF, CHILD),))]
    assert module.PendingChildKeys[1, PARENT] == (((HALF, CHILD),), 8)
    assert family(chain) == ((), (), ())
    chain.end()
    applied = None
    for _ in range(20):
        chain.begin()
        if chain.events("SetChildren"):
            applied = chain.rt.block_number
            assert chain.events("SetChildren") == [(PARENT, 1, ((HALF, CHILD),))]
            assert module.LastEpochBlock[1] == applied
        elif applied is None:
            assert not (module.LastEpochBlock[1] == chain.rt.block_number > 8)
        chain.end()
    assert applied is not None
    assert applied > 8
    assert family(chain) == (((HALF, CHILD),), ((HALF, PARENT),), ())
    assert len(module.PendingChildKeys) == 0
    half = module.hotkey_alpha(PARENT, 1) // 2
    assert module.inherited_alpha(PARENT, 1) == pytest.approx(half, abs=TAO)


def test_children_come_about_at_once_before_the_subnet_started(chain: Chain) -> None:
    chain.rt.subtensor.SubtokenEnabled[1] = False
    assert ask(chain, (1, CHILD), (2, OTHER)).ok
    by_key = sorted([(1, CHILD), (2, OTHER)], key=lambda row: account_bytes(row[1]))
    assert family(chain) == (tuple(by_key), ((1, PARENT),), ((2, PARENT),))
    assert chain.events("SetChildren") == [(PARENT, 1, ((1, CHILD), (2, OTHER)))]
    forget_limit(chain)
    assert ask(chain, (3, CHILD)).ok
    assert family(chain) == (((3, CHILD),), ((3, PARENT),), ())
    forget_limit(chain)
    assert ask(chain).ok
    assert family(chain) == ((), (), ())
    assert (PARENT, 1) not in chain.rt.subtensor.ChildKeys


def test_refusals_come_in_the_chains_order(chain: Chain) -> None:
    module = chain.rt.subtensor
    twice = ((1, CHILD), (1, CHILD))
    six = tuple((1, account(f"h:miner{n}-1")) for n in range(6))
    root = chain.call("alice", "set_children", hotkey=PARENT, netuid=0, children=twice)
    assert refusal(root) == "RegistrationNotPermittedOnRootSubnet"
    none = chain.call("alice", "set_children", hotkey=PARENT, netuid=9, children=twice)
    assert refusal(none) == "SubnetNotExists"
    assert refusal(ask(chain, *twice, signer="alice")) == "NonAssociatedColdKey"
    assert refusal(ask(chain, *twice)) == "DuplicateChild"
    assert refusal(ask(chain, (U64_MAX, PARENT), *six)) == "InvalidChild"
    assert refusal(ask(chain, (U64_MAX, CHILD), *six)) == "TooManyChildren"
    assert refusal(ask(chain, (U64_MAX, CHILD), (1, OTHER))) == "ProportionOverflow"
    module.ParentKeys[PARENT, 1] = ((1, OTHER),)
    assert refusal(ask(chain, (1, OTHER))) == "ChildParentInconsistency"
    module.StakeThreshold.put(module.hotkey_value(PARENT) + 1)
    assert refusal(ask(chain, (1, CHILD))) == "NotEnoughStakeToSetChildkeys"
    assert ask(chain).ok
    module.SubnetOwnerHotkey[1] = PARENT
    forget_limit(chain)
    assert ask(chain, (1, CHILD)).ok


def test_children_are_asked_for_every_150_blocks(chain: Chain) -> None:
    assert ask(chain, (1, CHILD)).ok
    chain.rt.state.making = 150
    assert refusal(ask(chain, (1, CHILD))) == "TxRateLimitExceeded"
    chain.rt.state.making = 151
    assert ask(chain, (1, CHILD)).ok


def test_what_no_longer_fits_is_dropped_in_silence(chain: Chain) -> None:
    module = chain.rt.subtensor
    assert ask(chain, (1, CHILD)).ok
    module.ParentKeys[PARENT, 1] = ((1, CHILD),)
    module.PendingChildKeys[1, PARENT] = (((1, CHILD),), 0)
    module.apply_pending_children(1)
    assert family(chain)[0] == ()
    assert chain.events("SetChildren") == []
    assert len(module.PendingChildKeys) == 0


def test_parents_stay_when_children_change(chain: Chain) -> None:
    module = chain.rt.subtensor
    module.SubtokenEnabled[1] = False
    assert ask(chain, (5, CHILD), signer="c:val2-1", hotkey=OTHER).ok
    grandchild = account("h:miner0-1")
    assert ask(chain, (7, grandchild), signer="c:val1-1", hotkey=CHILD).ok
    assert module.ChildKeys[OTHER, 1] == ((5, CHILD),)
    assert module.ParentKeys[CHILD, 1] == ((5, OTHER),)
    assert module.ParentKeys[grandchild, 1] == ((7, CHILD),)


def test_parents_stand_by_public_key_once_children_change(chain: Chain) -> None:
    module = chain.rt.subtensor
    module.SubtokenEnabled[1] = False
    parents = sorted((OTHER, CHILD, account("h:miner0-1")), key=account_bytes)
    for parent in reversed(parents):
        family = (*module.ParentKeys[PARENT, 1], (5, parent))
        module.ParentKeys[PARENT, 1] = family
        module.ChildKeys[parent, 1] = ((5, PARENT),)
    assert ask(chain, (7, account("h:miner1-1"))).ok
    assert module.ParentKeys[PARENT, 1] == tuple((5, parent) for parent in parents)
    assert all(module.ChildKeys[parent, 1] == ((5, PARENT),) for parent in parents)


def test_auto_parent_delegation_is_a_root_validators_choice(chain: Chain) -> None:
    module = chain.rt.subtensor

    def choose(signer: str = "c:val0-1") -> Any:
        return chain.call(
            signer, "set_auto_parent_delegation_enabled", hotkey=PARENT, enabled=False
        )

    assert refusal(choose("alice")) == "NonAssociatedColdKey"
    assert refusal(choose()) == "HotKeyNotRegisteredInSubNet"
    module.append_neuron(0, PARENT, 1)
    assert choose().ok
    assert module.AutoParentDelegationEnabled[PARENT] is False
    assert chain.events("AutoParentDelegationEnabledSet") == [{"hotkey": PARENT, "enabled": False}]
