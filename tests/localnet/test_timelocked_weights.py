"""Timelocked weights on the chain: what is taken, what a pulse opens, and what is dropped."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import bittensor_core
import pytest
from quicknet import PULSES, made_at, payload, pulse, sealed
from subtensor_chain import PALLETS, Chain, account, error_of

from taoctl.addresses import decode_ss58
from taoctl.localnet.frame import Call, NoneOrigin, Signed
from taoctl.localnet.pallets.drand import MAX_KEPT_PULSES, Drand, pulses_payload
from taoctl.scale.compact import compact_bytes
from taoctl.scale.crypto import blake2_256
from taoctl.scale.timelock import encrypted, is_pulse, opened

NAME = "SubtensorModule."
VALIDATOR, OTHER = "h:val0-1", "h:val1-1"
TEMPO = 5


@pytest.fixture
def chain() -> Chain:
    made = Chain(tempo=TEMPO, pallets=[*PALLETS, Drand])
    made.run(2)
    made.begin()
    for netuid in (1, 2):
        made.rt.subtensor.CommitRevealWeightsEnabled[netuid] = True
    return made


def commit(
    chain: Chain,
    hidden: bytes | None = None,
    signer: str = VALIDATOR,
    drand_round: int = 1000,
    name: str = "commit_timelocked_weights",
    **changes: Any,
) -> Any:
    if hidden is None:
        hidden = sealed(account(signer), drand_round)
    args: dict[str, Any] = {"netuid": 1, "commit": hidden, "reveal_round": drand_round}
    if name != "commit_crv3_mechanism_weights":
        args["commit_reveal_version"] = 4
    if name != "commit_timelocked_weights":
        args["mecid"] = 0
    return chain.call(signer, name, **{**args, **changes})


def guarded(chain: Chain, name: str = "commit_timelocked_weights", **changes: Any) -> int | None:
    """The code with which the pool refuses."""
    args = {"netuid": 1, "commit": b"x", "reveal_round": 1000, "commit_reveal_version": 4}
    call = Call("SubtensorModule", name, {**args, **changes})
    code: int | None = chain.rt.subtensor.validate(call, account(VALIDATOR))
    return code


def to_epoch(chain: Chain, number: int = 1) -> list[str]:
    """End the block and make others until that many epochs begin; hotkeys revealed then."""
    for _ in range(number):
        first = int(chain.rt.subtensor.next_epoch_block(1) or 0)
        if first <= chain.rt.block_number:
            first = chain.rt.block_number + TEMPO
        while chain.rt.block_number < first:
            chain.end()
            chain.begin()
    return revealed(chain)


def revealed(chain: Chain) -> list[str]:
    return [who for _, who in chain.events("TimelockedWeightsRevealed")]


def row(chain: Chain, index: int = 1, uid: int = 1) -> Sequence[tuple[int, int]]:
    found: Sequence[tuple[int, int]] = chain.rt.subtensor.weight_row(index, uid)
    return found


def waiting(chain: Chain, index: int = 1) -> int:
    return sum(len(one) for _, one in chain.rt.subtensor.TimelockedWeightCommits.prefix(index))


def test_a_commit_is_kept_dated_and_told(chain: Chain) -> None:
    module, who = chain.rt.subtensor, account(VALIDATOR)
    hidden = sealed(who, 1000)
    assert commit(chain, hidden).ok
    epoch, block = module.epoch_with_lookahead(1), chain.rt.block_number
    assert module.TimelockedWeightCommits[1, epoch] == ((who, block, hidden, 1000),)
    (told,) = chain.events("TimelockedWeightsCommitted")
    assert told == (who, 1, "0x" + blake2_256(hidden).hex(), 1000)
    assert module.LastUpdate[1][1] == block


def test_a_pulse_opens_it_in_the_epoch_for_it_and_not_before(chain: Chain) -> None:
    module = chain.rt.subtensor
    chain.rt.drand.Pulses[1000] = pulse(1000)
    assert commit(chain).ok
    made = module.LastUpdate[1][1]
    first = int(module.next_epoch_block(1) or 0)
    while chain.rt.block_number < first - 1:
        chain.end()
        chain.begin()
        assert (revealed(chain), row(chain)) == ([], ())
    assert to_epoch(chain) == [account(VALIDATOR)]
    assert chain.rt.block_number == first
    assert row(chain) == ((4, 32768), (5, 65535))
    assert waiting(chain) == 0
    # The commit dated the weights: revealing them does not make them newer.
    assert module.LastUpdate[1][1] == made


def test_while_there_is_no_pulse_it_waits_and_after_its_epoch_it_is_gone(chain: Chain) -> None:
    assert commit(chain).ok
    assert commit(chain, signer=OTHER, drand_round=2000).ok
    assert to_epoch(chain) == []
    assert waiting(chain) == 2
    chain.end()
    chain.begin()
    chain.rt.drand.Pulses[1000] = pulse(1000)
    chain.end()
    chain.begin()
    assert revealed(chain) == [account(VALIDATOR)]
    assert waiting(chain) == 1
    assert to_epoch(chain) == []
    assert waiting(chain) == 0
    assert row(chain, uid=2) == ()


def test_weights_of_an_epoch_are_revealed_before_it_runs(chain: Chain) -> None:
    """What is revealed in the first block of an epoch counts in the epoch of that block."""
    chain.rt.drand.Pulses[1000] = pulse(1000)
    for number in range(3):
        assert commit(chain, signer=f"h:val{number}-1").ok
    assert not any(chain.rt.subtensor.Incentive[1])
    assert len(to_epoch(chain)) == 3
    incentive = chain.rt.subtensor.Incentive[1]
    assert [uid for uid, share in enumerate(incentive) if share] == [4, 5]


@pytest.mark.parametrize(
    "hidden",
    [
        b"no ciphertext",
        sealed(account(VALIDATOR), 2000),
        sealed(account(OTHER), 1000),
        sealed(account(VALIDATOR), 1000, (4, 4), (1, 1)),
        sealed(account(VALIDATOR), 1000, (4, 99), (1, 1)),
        sealed(account(VALIDATOR), 1000, (4, 5), (1,)),
        encrypted(b"", 1000),
        encrypted(payload(account(VALIDATOR), (4, 5), (1, 2))[:-1], 1000),
        encrypted(compact_bytes(2**20) + bytes(40), 1000),
        encrypted(bytes([0x21, 2]) + payload(account(VALIDATOR), (4,), (1,))[1:], 1000),
    ],
    ids=[
        "none",
        "other-round",
        "other-hotkey",
        "twice",
        "no-uid",
        "lengths",
        "empty",
        "short",
        "long",
        "padded-length",
    ],
)
def test_what_hides_no_weights_that_may_be_set_is_dropped(chain: Chain, hidden: bytes) -> None:
    chain.rt.drand.Pulses[1000] = pulse(1000)
    assert commit(chain, hidden).ok
    assert to_epoch(chain) == []
    assert waiting(chain) == 0
    assert row(chain) == ()


def test_a_pulse_that_opens_nothing_drops_what_waits_for_it(chain: Chain) -> None:
    chain.rt.drand.Pulses[1000] = pulse(1000, PULSES[2000])
    assert commit(chain).ok
    assert to_epoch(chain) == []
    assert waiting(chain) == 0


@pytest.mark.parametrize("extra", [b"", b"more"])
def test_older_payloads_and_bytes_behind_are_taken(chain: Chain, extra: bytes) -> None:
    chain.rt.drand.Pulses[1000] = pulse(1000, b"0x" + PULSES[1000])
    assert commit(chain, encrypted(payload(None, (4,), (7,)) + extra, 1000) + extra).ok
    assert to_epoch(chain) == [account(VALIDATOR)]
    assert row(chain) == ((4, 65535),)


def test_the_last_of_several_is_what_stays(chain: Chain) -> None:
    chain.rt.drand.Pulses[1000] = pulse(1000)
    for value in (1, 9):
        assert commit(chain, sealed(account(VALIDATOR), 1000, (4, 5), (3, value))).ok
    assert to_epoch(chain) == [account(VALIDATOR)] * 2
    assert row(chain) == ((4, 21845), (5, 65535))


def test_ten_of_a_hotkey_wait_in_an_epoch_and_no_more(chain: Chain) -> None:
    for _ in range(10):
        assert commit(chain, b"x").ok
    assert error_of(commit(chain, b"x")) == NAME + "TooManyUnrevealedCommits"
    assert commit(chain, b"x", OTHER).ok
    to_epoch(chain)
    assert commit(chain, b"x").ok


def test_refusals_of_a_commit_come_in_the_chains_order(chain: Chain) -> None:
    module = chain.rt.subtensor

    def error(signer: str = VALIDATOR, **changes: Any) -> str | None:
        return error_of(commit(chain, b"x", signer, **changes))

    assert error(netuid=9, commit_reveal_version=3) == NAME + "MechanismDoesNotExist"
    module.CommitRevealWeightsEnabled[1] = False
    assert error(commit_reveal_version=3) == NAME + "CommitRevealDisabled"
    module.CommitRevealWeightsEnabled[1] = True
    assert error("h:nobody", commit_reveal_version=3) == NAME + "IncorrectCommitRevealVersion"
    assert error("h:nobody") == NAME + "HotKeyNotRegisteredInSubNet"
    assert error(name="commit_timelocked_mechanism_weights", mecid=1) == (
        NAME + "MechanismDoesNotExist"
    )
    module.WeightsSetRateLimit[1] = 100
    assert error() is None
    assert error() == NAME + "CommittingWeightsTooFast"
    module.WeightsSetRateLimit[1] = 0
    assert error_of(commit(chain, bytes(5_000))) is None
    assert error_of(commit(chain, bytes(5_001))) == "Other"
    chain.rt.drand.LastStoredRound.put(1001)
    assert error() == NAME + "InvalidRevealRound"
    assert error(reveal_round=1001) is None
    module.StakeThreshold.put(10**18)
    assert error() == NAME + "NotEnoughStakeToSetWeights"


def test_the_pool_refuses_with_custom_codes(chain: Chain) -> None:
    assert guarded(chain) is None
    chain.rt.drand.LastStoredRound.put(1001)
    assert guarded(chain) == 15
    assert guarded(chain, "commit_timelocked_mechanism_weights", mecid=0) == 15
    assert guarded(chain, "commit_crv3_mechanism_weights", mecid=0) == 15
    chain.rt.subtensor.StakeThreshold.put(10**18)
    assert guarded(chain) == 1
    # The limit of one commit in some blocks is for the call to say, not for the pool.
    chain.rt.subtensor.StakeThreshold.put(0)
    chain.rt.subtensor.WeightsSetRateLimit[1] = 100
    assert commit(chain, b"x", drand_round=1001).ok
    assert guarded(chain, reveal_round=1001) is None


def test_mechanisms_have_commits_of_their_own(chain: Chain) -> None:
    module = chain.rt.subtensor
    module.MechanismCountCurrent[1] = 2
    chain.rt.drand.Pulses[1000] = pulse(1000)
    named = {"name": "commit_timelocked_mechanism_weights", "mecid": 1}
    assert commit(chain, **named).ok
    older = {"name": "commit_crv3_mechanism_weights", "mecid": 0}
    assert commit(chain, signer=OTHER, **older).ok
    assert (waiting(chain), waiting(chain, 4097)) == (1, 1)
    module.CommitRevealWeightsVersion.put(5)
    assert error_of(commit(chain, **older)) == NAME + "IncorrectCommitRevealVersion"
    assert sorted(to_epoch(chain)) == sorted([account(VALIDATOR), account(OTHER)])
    assert row(chain, 4097) == ((4, 32768), (5, 65535)) == row(chain, 1, 2)
    assert row(chain, 1) == ()


def test_a_longer_period_reveals_later(chain: Chain) -> None:
    module = chain.rt.subtensor
    module.RevealPeriodEpochs[1] = 2
    chain.rt.drand.Pulses[1000] = pulse(1000)
    assert commit(chain).ok
    assert to_epoch(chain) == []
    assert waiting(chain) == 1
    assert to_epoch(chain) == [account(VALIDATOR)]


def test_a_subnet_whose_epoch_is_put_off_reveals_with_it(chain: Chain) -> None:
    module = chain.rt.subtensor
    module.MaxEpochsPerBlock.put(1)
    module.LastEpochBlock[2] = module.LastEpochBlock[1]
    chain.rt.drand.Pulses[1000] = pulse(1000)
    module.TimelockedWeightCommits[2, module.epoch_with_lookahead(2)] = (
        (account("h:val0-2"), 1, sealed(account("h:val0-2"), 1000), 1000),
    )
    assert commit(chain).ok
    assert to_epoch(chain) == [account(VALIDATOR)]
    chain.end()
    chain.begin()
    assert revealed(chain) == [account("h:val0-2")]
    assert row(chain, 2) == ((4, 32768), (5, 65535))


def test_what_is_hidden_when_weights_become_open_is_limited_and_dated(chain: Chain) -> None:
    module = chain.rt.subtensor
    chain.rt.drand.Pulses[1000] = pulse(1000)
    assert commit(chain).ok
    module.CommitRevealWeightsEnabled[1] = False
    module.WeightsSetRateLimit[1] = 100
    assert to_epoch(chain) == []
    assert (waiting(chain), row(chain)) == (0, ())
    module.CommitRevealWeightsEnabled[1] = True
    module.WeightsSetRateLimit[1] = 0
    assert commit(chain).ok
    module.CommitRevealWeightsEnabled[1] = False
    assert to_epoch(chain) == [account(VALIDATOR)]
    assert module.LastUpdate[1][1] == chain.rt.block_number


def test_a_neighbour_client_seals_what_the_chain_opens(chain: Chain) -> None:
    """Its clock cannot be set, so blocks that last less than nothing lead to the round."""
    blocks = 263
    target = made_at(1000) / 1000 + 4.5
    found, drand_round = b"", 0
    # It adds the time that it is called at, which may be another than the one read here.
    for _ in range(100):
        if drand_round == 1000:
            break
        found, drand_round = _neighbours_commit((target - time.time()) / blocks)
    assert drand_round == 1000
    assert opened(found, PULSES[1000]) == payload(account(VALIDATOR), (4, 5), (1, 2), 7)
    chain.rt.drand.Pulses[1000] = pulse(1000)
    assert commit(chain, found).ok
    assert to_epoch(chain) == [account(VALIDATOR)]


def _neighbours_commit(block_s: float) -> tuple[bytes, int]:
    found, drand_round = bittensor_core.get_encrypted_commit_v2(
        uids=[4, 5],
        weights=[1, 2],
        version_key=7,
        last_epoch_block=1000,
        pending_epoch_at=0,
        subnet_epoch_index=5,
        tempo=360,
        blocks_since_last_step=100,
        current_block=1100,
        subnet_reveal_period_epochs=1,
        block_time=block_s,
        hotkey=decode_ss58(account(VALIDATOR)),
    )
    return bytes(found), int(drand_round)


def test_pulses_are_quicknets_and_come_in_order(chain: Chain) -> None:
    drand = chain.rt.drand

    def write(*rounds: int, signature: bytes | None = None, origin: Any = None) -> str | None:
        given = [(one, bytes(32), signature or PULSES[one]) for one in rounds]
        args = {"pulses_payload": pulses_payload(given, 3), "signature": None}
        return error_of(
            chain.rt.dispatch(Call("Drand", "write_pulse", args), origin or NoneOrigin())
        )

    assert write(1000, origin=Signed(account(VALIDATOR))) == "BadOrigin"
    assert write(1000, signature=PULSES[2000]) == "Drand.PulseVerificationError"
    assert write(2000, 1000) == "Drand.InvalidRoundNumber"
    assert 2000 not in drand.Pulses
    assert write(1000) is None
    assert chain.events("NewPulse") == [{"rounds": [1000]}]
    assert (drand.LastStoredRound.get(), drand.OldestStoredRound.get()) == (1000, 1000)
    assert write(1000) == "Drand.InvalidRoundNumber"
    assert write(2000) is None
    assert (drand.LastStoredRound.get(), drand.OldestStoredRound.get()) == (2000, 1000)
    assert drand.NextUnsignedAt.get() == chain.rt.block_number
    drand.OldestStoredRound.put(1)
    drand.LastStoredRound.put(1)
    drand.Pulses[1] = pulse(1000)
    drand._drop_old(MAX_KEPT_PULSES + 1)
    assert (1 in drand.Pulses, drand.OldestStoredRound.get()) == (False, 2)


def test_root_names_the_beacon_and_the_oldest_round(chain: Chain) -> None:
    drand = chain.rt.drand
    config = {**drand.BeaconConfig.get(), "period": 30}
    given = {"block_number": 3, "config": config, "public": {"Sr25519": bytes(32)}}
    args: dict[str, Any] = {"config_payload": given, "signature": None}
    assert error_of(chain.call(VALIDATOR, "set_beacon_config", "Drand", **args)) == "BadOrigin"
    assert chain.call(None, "set_beacon_config", "Drand", **args).ok
    assert drand.BeaconConfig.get()["period"] == 30
    assert drand.NextUnsignedAt.get() == chain.rt.block_number + 1
    oldest: dict[str, Any] = {"oldest_round": 7}
    refused = chain.call(VALIDATOR, "set_oldest_stored_round", "Drand", **oldest)
    assert error_of(refused) == "BadOrigin"
    assert chain.call(None, "set_oldest_stored_round", "Drand", **oldest).ok
    assert drand.OldestStoredRound.get() == 7


def test_only_its_own_signature_is_a_rounds_pulse() -> None:
    assert is_pulse(1000, PULSES[1000]) and is_pulse(2000, PULSES[2000])
    assert not is_pulse(1001, PULSES[1000])
    for broken in (b"", PULSES[1000][:-1], bytes(48), b"\xff" * 48):
        assert not is_pulse(1000, broken)
