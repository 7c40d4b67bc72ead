"""Committing to weights and revealing them: windows, hashes, limits, and what each refusal is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from subtensor_chain import TAO, Chain, account, error_of

from taoctl.localnet.frame import Call, Signed
from taoctl.localnet.pallets.subtensor.commitment import commit_hash

NAME = "SubtensorModule."
VALIDATOR = "h:val0-1"
SALT = (9, 8, 7)
TEMPO = 5


@pytest.fixture
def chain() -> Chain:
    made = Chain(tempo=TEMPO)
    made.run(2)
    made.begin()
    for netuid in (1, 2):
        made.rt.subtensor.CommitRevealWeightsEnabled[netuid] = True
    return made


def digest(
    dests: Sequence[int] = (4, 5),
    weights: Sequence[int] = (1, 2),
    *,
    salt: Sequence[int] = SALT,
    index: int = 1,
    signer: str = VALIDATOR,
    version: int = 0,
) -> str:
    return commit_hash(account(signer), index, dests, weights, salt, version)


def commit(chain: Chain, hash_: str | None = None, signer: str = VALIDATOR, netuid: int = 1) -> Any:
    return chain.call(signer, "commit_weights", netuid=netuid, commit_hash=hash_ or digest())


def reveal_args(
    dests: Sequence[int] = (4, 5),
    weights: Sequence[int] = (1, 2),
    salt: Sequence[int] = SALT,
    version: int = 0,
) -> dict[str, Any]:
    return {
        "netuid": 1,
        "uids": tuple(dests),
        "values": tuple(weights),
        "salt": tuple(salt),
        "version_key": version,
    }


def reveal(chain: Chain, signer: str = VALIDATOR, **changes: Any) -> Any:
    return chain.call(signer, "reveal_weights", **reveal_args(**changes))


def unguarded(chain: Chain, name: str, signer: str = VALIDATOR, **args: Any) -> str:
    """The error that the call itself has, which its guards hide with their own."""
    module = chain.rt.subtensor
    with pytest.raises(Exception) as caught:
        getattr(module, name)(Signed(account(signer)), **args)
    return str(caught.value)


def to_block(chain: Chain, number: int) -> None:
    chain.end()
    while chain.rt.state.head < number - 1:
        chain.run(1)
    chain.begin()


def next_epoch(chain: Chain) -> int:
    return int(chain.rt.subtensor.next_epoch_block(1) or 0)


def test_the_hash_is_the_one_that_other_clients_make():
    alice = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"
    made = commit_hash(alice, 3, (0, 1, 260), (65535, 7, 300), (1, 65535, 40), 2**40 + 5)
    assert made == "0xfb37c0be48b7be5637d0d30dff85caae8bfc42fdeeb5509c9d6b652d3aea867a"


def test_a_commit_is_kept_dated_and_told(chain: Chain):
    assert commit(chain).ok
    module, block = chain.rt.subtensor, chain.rt.block_number
    epoch = module.SubnetEpochIndex[1]
    assert module.WeightCommits[1, account(VALIDATOR)] == ((digest(), epoch, block, 0),)
    assert module.LastUpdate[1][1] == block
    assert chain.events("WeightsCommitted") == [(account(VALIDATOR), 1, digest())]
    assert module.weight_row(1, 1) == ()


def test_it_is_revealed_in_one_epoch_and_in_no_other(chain: Chain):
    assert commit(chain).ok
    committed = chain.rt.block_number
    opens = next_epoch(chain)
    to_block(chain, opens - 1)
    assert error_of(reveal(chain)) == NAME + "RevealTooEarly"
    to_block(chain, opens)
    module = chain.rt.subtensor
    with module.attempt():
        assert reveal(chain).ok
        assert module.weight_row(1, 1) == ((4, 32768), (5, 65535))
        assert (1, account(VALIDATOR)) not in module.WeightCommits
        assert module.LastUpdate[1][1] == committed
        assert chain.events("WeightsSet") == [(1, 1)]
        assert chain.events("WeightsRevealed") == [(account(VALIDATOR), 1, digest())]


@pytest.mark.parametrize("periods", [1, 2, 3])
def test_the_last_block_of_the_window_is_the_one_before_the_next_epoch(chain: Chain, periods: int):
    chain.rt.subtensor.RevealPeriodEpochs[1] = periods
    assert commit(chain).ok
    opens = next_epoch(chain) + (periods - 1) * TEMPO
    to_block(chain, opens - 1)
    assert error_of(reveal(chain)) == NAME + "RevealTooEarly"
    to_block(chain, opens + TEMPO - 1)
    assert reveal(chain).ok


def test_an_expired_commit_is_refused_and_dropped_by_the_next(chain: Chain):
    assert commit(chain).ok
    to_block(chain, next_epoch(chain) + TEMPO)
    # The guard knows no more than that this is not the epoch to reveal it in.
    assert error_of(reveal(chain)) == NAME + "RevealTooEarly"
    assert unguarded(chain, "reveal_weights", **reveal_args()) == NAME + "ExpiredWeightCommit"
    other = reveal_args(salt=(1,))
    assert unguarded(chain, "reveal_weights", **other) == NAME + "NoWeightsCommitFound"
    chain.rt.subtensor.WeightsSetRateLimit[1] = 0
    fresh = digest(salt=(5,))
    assert commit(chain, fresh).ok
    assert [one[0] for one in chain.rt.subtensor.WeightCommits[1, account(VALIDATOR)]] == [fresh]
    assert unguarded(chain, "reveal_weights", **other) == NAME + "InvalidRevealCommitHashNotMatch"


def test_what_does_not_hash_to_a_commit_is_refused(chain: Chain):
    assert error_of(reveal(chain)) == NAME + "NoWeightsCommitFound"
    assert unguarded(chain, "reveal_weights", **reveal_args()) == NAME + "NoWeightsCommitFound"
    assert commit(chain).ok
    to_block(chain, next_epoch(chain))
    for changed in ({"dests": (5, 4)}, {"weights": (1, 3)}, {"salt": (9, 8)}, {"version": 1}):
        assert error_of(reveal(chain, **changed)) == NAME + "NoWeightsCommitFound"
        name = unguarded(chain, "reveal_weights", **reveal_args(**changed))
        assert name == NAME + "InvalidRevealCommitHashNotMatch"
    assert error_of(reveal(chain, "h:val1-1")) == NAME + "NoWeightsCommitFound"
    assert reveal(chain).ok


def test_revealing_a_later_commit_drops_those_before_it(chain: Chain):
    module = chain.rt.subtensor
    module.WeightsSetRateLimit[1] = 0
    for salt in ((1,), (2,), (3,)):
        assert commit(chain, digest(salt=salt)).ok
    to_block(chain, next_epoch(chain))
    assert reveal(chain, salt=(2,)).ok
    left = [one[0] for one in module.WeightCommits[1, account(VALIDATOR)]]
    assert left == [digest(salt=(3,))]
    assert error_of(reveal(chain, salt=(1,))) == NAME + "NoWeightsCommitFound"
    assert reveal(chain, salt=(3,)).ok


def test_weights_that_may_not_be_set_stay_committed(chain: Chain):
    module = chain.rt.subtensor
    assert commit(chain, digest((4, 4))).ok
    to_block(chain, next_epoch(chain))
    assert error_of(reveal(chain, dests=(4, 4))) == NAME + "DuplicateUids"
    module.WeightsVersionKey[1] = 1
    assert error_of(reveal(chain, dests=(4, 4))) == NAME + "IncorrectWeightVersionKey"
    assert len(module.WeightCommits[1, account(VALIDATOR)]) == 1
    assert module.weight_row(1, 1) == ()


def test_refusals_of_a_commit_come_in_the_chains_order(chain: Chain):
    module = chain.rt.subtensor
    assert error_of(commit(chain, netuid=9)) == NAME + "MechanismDoesNotExist"
    module.CommitRevealWeightsEnabled[1] = False
    assert error_of(commit(chain, signer="h:stranger")) == NAME + "CommitRevealDisabled"
    assert error_of(reveal(chain)) == NAME + "NoWeightsCommitFound"
    assert unguarded(chain, "reveal_weights", **reveal_args()) == NAME + "CommitRevealDisabled"
    module.CommitRevealWeightsEnabled[1] = True
    assert error_of(commit(chain, signer="h:stranger")) == NAME + "HotKeyNotRegisteredInSubNet"
    module.StakeThreshold.put(5_000 * TAO)
    assert error_of(commit(chain)) == NAME + "NotEnoughStakeToSetWeights"
    module.StakeThreshold.put(0)
    module.WeightsSetRateLimit[1] = 100
    assert commit(chain).ok
    assert error_of(commit(chain)) == NAME + "CommittingWeightsTooFast"
    module.WeightsSetRateLimit[1] = 0
    for number in range(9):
        assert commit(chain, digest(salt=(number,))).ok
    assert error_of(commit(chain, digest(salt=(77,)))) == NAME + "TooManyUnrevealedCommits"


def test_mechanisms_have_commits_and_limits_of_their_own(chain: Chain):
    module, index = chain.rt.subtensor, 4096 + 1
    mine = {"netuid": 1, "mecid": 1}
    hash_ = digest(index=index)
    made = chain.call(VALIDATOR, "commit_mechanism_weights", **mine, commit_hash=hash_)
    # The guard of the rate limit takes a mechanism that is not there for one that was set lately.
    assert error_of(made) == NAME + "CommittingWeightsTooFast"
    missing = unguarded(chain, "commit_mechanism_weights", **mine, commit_hash=hash_)
    assert missing == NAME + "MechanismDoesNotExist"
    module.MechanismCountCurrent[1], module.WeightsSetRateLimit[1] = 2, 100
    assert commit(chain).ok
    assert chain.call(VALIDATOR, "commit_mechanism_weights", **mine, commit_hash=hash_).ok
    again = chain.call(VALIDATOR, "commit_mechanism_weights", **mine, commit_hash=hash_)
    assert error_of(again) == NAME + "CommittingWeightsTooFast"
    to_block(chain, next_epoch(chain))
    args = reveal_args() | mine
    assert chain.call(VALIDATOR, "reveal_mechanism_weights", **args).ok
    assert module.weight_row(index, 1) == ((4, 32768), (5, 65535))
    assert module.weight_row(1, 1) == ()
    assert chain.events("WeightsRevealed") == [(account(VALIDATOR), index, hash_)]
    module.CommitRevealWeightsEnabled[1] = False
    module.WeightsSetRateLimit[1] = 0
    opened = {**mine, "dests": (6,), "weights": (1,), "version_key": 0}
    assert chain.call(VALIDATOR, "set_mechanism_weights", **opened).ok
    assert module.weight_row(index, 1) == ((6, 65535),)
    assert module.LastUpdate[index][1] == chain.rt.block_number


def test_a_batch_of_sets_goes_on_after_one_that_fails(chain: Chain):
    module = chain.rt.subtensor
    module.CommitRevealWeightsEnabled[1] = False
    args = {
        "netuids": (2, 1),
        "weights": (((4, 1),), ((4, 1), (5, 2))),
        "version_keys": (0, 0),
    }
    assert chain.call(VALIDATOR, "batch_set_weights", **args).ok
    assert module.weight_row(1, 1) == ((4, 32768), (5, 65535))
    assert len(chain.events("BatchCompletedWithErrors")) == 1
    ((netuid, _),) = chain.events("BatchWeightItemFailed")
    assert netuid == 2
    assert chain.events("BatchWeightsCompleted") == [([2, 1], account(VALIDATOR))]
    uneven = chain.call(VALIDATOR, "batch_set_weights", **args | {"version_keys": (0,)})
    assert error_of(uneven) == NAME + "InputLengthsUnequal"
    chain.end()


def test_a_batch_of_commits_goes_on_after_one_that_fails(chain: Chain):
    args = {"netuids": (2, 1), "commit_hashes": (digest(index=2), digest())}
    assert chain.call(VALIDATOR, "batch_commit_weights", **args).ok
    assert [data[0] for data in chain.events("BatchWeightItemFailed")] == [2]
    assert chain.rt.subtensor.WeightCommits[1, account(VALIDATOR)][0][0] == digest()
    uneven = chain.call(VALIDATOR, "batch_commit_weights", netuids=(1,), commit_hashes=())
    assert error_of(uneven) == NAME + "InputLengthsUnequal"
    chain.end()


def test_a_batch_of_reveals_is_all_or_nothing(chain: Chain):
    module = chain.rt.subtensor
    module.WeightsSetRateLimit[1] = 0
    rows = [((4,), (1,)), ((5,), (1,)), ((6,), (1,))]
    for dests, weights in rows:
        assert commit(chain, digest(dests, weights)).ok

    def args(*places: int) -> dict[str, Any]:
        return {
            "netuid": 1,
            "uids_list": tuple(rows[one][0] for one in places),
            "values_list": tuple(rows[one][1] for one in places),
            "salts_list": (SALT,) * len(places),
            "version_keys": (0,) * len(places),
        }

    early = chain.call(VALIDATOR, "batch_reveal_weights", **args(0))
    assert error_of(early) == NAME + "RevealTooEarly"
    to_block(chain, next_epoch(chain))
    wrong = chain.call(VALIDATOR, "batch_reveal_weights", **args(0) | {"salts_list": ((1,),)})
    assert error_of(wrong) == NAME + "NoWeightsCommitFound"
    uneven = chain.call(VALIDATOR, "batch_reveal_weights", **args(0) | {"salts_list": ()})
    assert error_of(uneven) == NAME + "InputLengthsUnequal"
    twice = chain.call(VALIDATOR, "batch_reveal_weights", **args(2, 2))
    assert error_of(twice) == NAME + "InvalidRevealCommitHashNotMatch"
    assert chain.call(VALIDATOR, "batch_reveal_weights", **args(2, 0)).ok
    assert module.weight_row(1, 1) == ((4, 65535),)
    left = [one[0] for one in module.WeightCommits[1, account(VALIDATOR)]]
    assert left == [digest((5,), (1,))]
    told = [digest((6,), (1,)), digest((4,), (1,))]
    assert chain.events("WeightsBatchRevealed") == [(account(VALIDATOR), 1, told)]
    chain.end()


def test_the_pool_refuses_with_custom_codes(chain: Chain):
    module, who = chain.rt.subtensor, account(VALIDATOR)

    def code(name: str, **args: Any) -> int | None:
        found: int | None = module.validate(Call("SubtensorModule", name, args), who)
        return found

    mine = {"netuid": 1, "commit_hash": digest()}
    assert code("commit_weights", **mine) is None
    assert code("reveal_weights", **reveal_args()) == 16
    assert commit(chain).ok
    assert code("reveal_weights", **reveal_args()) == 17
    module.WeightsSetRateLimit[1] = 100
    assert code("commit_weights", **mine) == 6
    assert code("batch_commit_weights", netuids=(1,), commit_hashes=()) == 18
    module.StakeThreshold.put(10**18)
    assert code("commit_weights", **mine) == 1
    assert code("batch_commit_weights", netuids=(1,), commit_hashes=(digest(),)) == 1
