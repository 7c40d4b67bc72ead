"""Every error of the calls for weights: said by the command before it signs, and by the chain."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from stake_net import StakeNet

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "localnet"))

from settings_chain import forced
from weights_chain import ALICE, HIDDEN, OPEN, SLOW, UIDS, VERSION, weights_chain

from taoctl.calls.base import ChainCall
from taoctl.calls.remedies import remedy
from taoctl.calls.weights.row import commit_hash

pytestmark = pytest.mark.e2e

S = "SubtensorModule"
SALT = [1, 2, 3]
HASH = "0x" + "11" * 32
RULES = ("StakeThreshold", (), 0)
"""Without a threshold, so that what comes after it is heard."""


@dataclass(frozen=True)
class Case:
    """A call that fails, and the words that would make it.

    Attributes:
        error: by the chain's name.
        call: by its name.
        args: those of the call.
        words: of the command after `weights`; none where no command makes such a call.
        who: name of the development key that signs.
        stored: entries of the pallet's storage as they are not.
        heard: what the chain's guards call it, where that is another name.
        exit_code: 2 where the words themselves are wrong.
    """

    error: str
    call: str
    args: dict[str, Any]
    words: tuple[str, ...] = ()
    who: str = "Alice"
    stored: tuple[tuple[str, Any, Any], ...] = ()
    heard: str = ""
    exit_code: int = 1

    def __str__(self) -> str:
        return f"{self.call}-{self.error}"


def plain(netuid: int = OPEN, dests: Any = (4, 5), weights: Any = (65535, 65535)) -> dict[str, Any]:
    return {
        "netuid": netuid,
        "dests": list(dests),
        "weights": list(weights),
        "version_key": VERSION,
    }


def set_words(netuid: int = OPEN, *more: str) -> tuple[str, ...]:
    return ("set", str(netuid), "4=1", "5=1", *more)


def committed(netuid: int = HIDDEN) -> dict[str, Any]:
    return {"netuid": netuid, "commit_hash": HASH}


def revealed(netuid: int = HIDDEN, uids: Any = (4, 5), salt: Any = SALT) -> dict[str, Any]:
    row = {"uids": list(uids), "values": [65535, 65535], "salt": list(salt), "version_key": 0}
    return {"netuid": netuid, **row}


def sealed(netuid: int = HIDDEN, drand_round: int = 1000, version: int = 4) -> dict[str, Any]:
    return {
        "netuid": netuid,
        "commit": b"sealed",
        "reveal_round": drand_round,
        "commit_reveal_version": version,
    }


DIGEST = commit_hash(ALICE, HIDDEN, ((4, 65535), (5, 65535)), SALT, 0)


def held(*commits: tuple[str, int], netuid: int = HIDDEN) -> tuple[str, Any, Any]:
    """Commits (hash, epoch) that Alice has on the chain."""
    return ("WeightCommits", (netuid, ALICE), tuple((one, at, 1, 0) for one, at in commits))


def set_just_now(netuid: int) -> tuple[str, Any, Any]:
    return ("WeightsSetRateLimit", netuid, 10**6)


DATED = ("LastUpdate", OPEN, (1,) * UIDS)
DATED_HIDDEN = ("LastUpdate", HIDDEN, (1,) * UIDS)

SETTING = [
    Case("CommitRevealEnabled", "set_weights", plain(HIDDEN)),
    Case("WeightVecNotEqualSize", "set_weights", plain(weights=(1,))),
    Case(
        "MechanismDoesNotExist",
        "set_weights",
        plain(99),
        set_words(99),
        stored=(RULES, ("CommitRevealWeightsEnabled", 99, False)),
    ),
    Case(
        "UidsLengthExceedUidsInSubNet",
        "set_weights",
        plain(dests=range(UIDS + 1), weights=[1] * (UIDS + 1)),
        ("set", str(OPEN), *(f"{uid}=1" for uid in range(UIDS + 1))),
    ),
    Case(
        "HotKeyNotRegisteredInSubNet",
        "set_weights",
        plain(),
        set_words(),
        "Eve",
        stored=(RULES,),
    ),
    Case("NotEnoughStakeToSetWeights", "set_weights", plain(), set_words(), "Charlie"),
    Case(
        "IncorrectWeightVersionKey",
        "set_weights",
        {**plain(), "version_key": VERSION - 1},
        set_words(OPEN, "--version-key", str(VERSION - 1)),
    ),
    Case(
        "SettingWeightsTooFast",
        "set_weights",
        plain(),
        set_words(),
        stored=(set_just_now(OPEN), DATED),
    ),
    Case("NeuronNoValidatorPermit", "set_weights", plain(), set_words(), "Dave"),
    Case(
        "DuplicateUids",
        "set_weights",
        plain(dests=(4, 4)),
        ("set", str(OPEN), "4=1", "4=2"),
        exit_code=2,
    ),
    Case(
        "UidVecContainInvalidOne",
        "set_weights",
        plain(dests=(4, 99)),
        ("set", str(OPEN), "4=1", "99=1"),
    ),
    Case(
        "WeightVecLengthIsLow",
        "set_weights",
        plain(dests=(4,), weights=(1,)),
        ("set", str(OPEN), "4=1"),
    ),
    Case(
        "MaxWeightExceeded",
        "set_weights",
        plain(weights=(65535, 1)),
        ("set", str(OPEN), "4=65535", "5=1"),
        stored=(("MaxWeightsLimit", OPEN, 40_000),),
    ),
    Case(
        "CanNotSetRootNetworkWeights",
        "set_weights",
        plain(0),
        set_words(0),
        stored=(RULES, ("CommitRevealWeightsEnabled", 0, False)),
    ),
    Case(
        "InputLengthsUnequal",
        "batch_set_weights",
        {"netuids": [OPEN], "weights": [[(4, 1), (5, 1)]], "version_keys": []},
    ),
    Case(
        "NotEnoughStakeToSetWeights",
        "batch_set_weights",
        {"netuids": [OPEN], "weights": [[(4, 1), (5, 1)]], "version_keys": [VERSION]},
        who="Charlie",
    ),
]
COMMITTING = [
    Case("CommitRevealDisabled", "commit_weights", committed(OPEN), set_words(OPEN, "--salted")),
    Case(
        "CommittingWeightsTooFast",
        "commit_weights",
        committed(),
        set_words(HIDDEN, "--salted"),
        stored=(set_just_now(HIDDEN), DATED_HIDDEN),
    ),
    Case(
        "TooManyUnrevealedCommits",
        "commit_weights",
        committed(),
        set_words(HIDDEN, "--salted"),
        stored=(held(*[(HASH, 10**6)] * 10),),
    ),
    Case(
        "NotEnoughStakeToSetWeights",
        "commit_weights",
        committed(),
        set_words(HIDDEN, "--salted"),
        "Charlie",
    ),
    Case(
        "HotKeyNotRegisteredInSubNet",
        "commit_weights",
        committed(),
        set_words(HIDDEN, "--salted"),
        "Eve",
        stored=(RULES,),
    ),
    Case(
        "MechanismDoesNotExist",
        "commit_weights",
        committed(99),
        set_words(99, "--salted"),
        stored=(RULES,),
    ),
    Case(
        "InputLengthsUnequal",
        "batch_commit_weights",
        {"netuids": [HIDDEN], "commit_hashes": []},
    ),
]
REVEALING = [
    Case("NoWeightsCommitFound", "reveal_weights", revealed()),
    Case("RevealTooEarly", "reveal_weights", revealed(), stored=(held((DIGEST, 10**6)),)),
    Case(
        "NoWeightsCommitFound",
        "reveal_weights",
        revealed(salt=(9,)),
        stored=(held((DIGEST, 10**6)),),
    ),
]
SEALING = [
    Case(
        "CommitRevealDisabled",
        "commit_timelocked_weights",
        sealed(OPEN),
        set_words(OPEN, "--timelocked"),
    ),
    Case(
        "IncorrectCommitRevealVersion",
        "commit_timelocked_weights",
        sealed(),
        set_words(HIDDEN, "--timelocked"),
        stored=(("CommitRevealWeightsVersion", (), 5),),
    ),
    Case("IncorrectCommitRevealVersion", "commit_timelocked_weights", sealed(version=3)),
    Case(
        "CommittingWeightsTooFast",
        "commit_timelocked_weights",
        sealed(),
        set_words(HIDDEN),
        stored=(set_just_now(HIDDEN), DATED_HIDDEN),
    ),
    Case(
        "InvalidRevealRound",
        "commit_timelocked_weights",
        sealed(drand_round=999),
        set_words(HIDDEN, "--round", "999"),
    ),
    Case(
        "NotEnoughStakeToSetWeights",
        "commit_timelocked_weights",
        sealed(),
        set_words(HIDDEN),
        "Charlie",
    ),
    Case(
        "HotKeyNotRegisteredInSubNet",
        "commit_timelocked_weights",
        sealed(),
        set_words(HIDDEN),
        "Eve",
        stored=(RULES,),
    ),
    Case(
        "MechanismDoesNotExist",
        "commit_timelocked_weights",
        sealed(99),
        set_words(99, "--timelocked", "--round", "1000"),
        stored=(RULES,),
    ),
]


def _in_mechanism(case: Case) -> Case:
    """The same of the call that names a mechanism; the words name one where they may."""
    name = case.call.replace("_weights", "_mechanism_weights")
    words = (*case.words, "--mechanism", "1") if case.words else ()
    args = {**case.args, "mecid": 1}
    return replace(case, call=name, args=args, words=words)


MECHANISMS = [
    _in_mechanism(case)
    for case in (
        Case("CommitRevealEnabled", "set_weights", plain(SLOW)),
        Case(
            "MechanismDoesNotExist",
            "set_weights",
            plain(),
            set_words(),
            heard="SettingWeightsTooFast",
        ),
        Case(
            "MechanismDoesNotExist",
            "commit_weights",
            committed(),
            set_words(HIDDEN, "--salted"),
            heard="CommittingWeightsTooFast",
        ),
        Case("NoWeightsCommitFound", "reveal_weights", revealed(SLOW)),
        Case("MechanismDoesNotExist", "commit_timelocked_weights", sealed(), set_words(HIDDEN)),
    )
]
CASES = [*SETTING, *COMMITTING, *REVEALING, *SEALING, *MECHANISMS]

ROWS = {
    "set_weights": "CommitRevealEnabled WeightVecNotEqualSize MechanismDoesNotExist "
    "UidsLengthExceedUidsInSubNet HotKeyNotRegisteredInSubNet NotEnoughStakeToSetWeights "
    "IncorrectWeightVersionKey SettingWeightsTooFast NeuronNoValidatorPermit DuplicateUids "
    "UidVecContainInvalidOne WeightVecLengthIsLow MaxWeightExceeded CanNotSetRootNetworkWeights",
    "batch_set_weights": "InputLengthsUnequal",
    "commit_weights": "CommitRevealDisabled CommittingWeightsTooFast TooManyUnrevealedCommits",
    "reveal_weights": "NoWeightsCommitFound RevealTooEarly",
    "commit_timelocked_weights": "CommitRevealDisabled IncorrectCommitRevealVersion "
    "CommittingWeightsTooFast InvalidRevealRound",
}
"""Errors of each row. The rest have tests of their own: ten commits in one epoch, and what the
guards hear as another error (an expired commit, one with another hash).
"""


@pytest.fixture(scope="module")
def chain() -> Iterator[Any]:
    with weights_chain() as found:
        yield found


@pytest.fixture
def net(
    chain: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> StakeNet:
    monkeypatch.setenv("TAOCTL_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("TAOCTL_WALLET_PATH", str(tmp_path / "wallets"))
    return StakeNet(chain, capsys.readouterr)


def refused(net: StakeNet, case: Case) -> None:
    """The command says what is wrong and what to do, and nothing is signed or kept."""
    words = ("weights", *case.words, "--wallet", f"//{case.who}", "--yes", "--quiet")
    if case.exit_code == 2:
        assert net.taoctl(*words)[0] == 2
    else:
        error = net.failure(*words)
        (told,) = error["details"]["refusals"]
        assert told["name"] == case.error, error["message"]
        assert told["hint"] and error["hint"] and error["exit_code"] == 1
    assert net.sent() == 0


@pytest.mark.parametrize("case", CASES, ids=str)
def test_an_error_is_met_before_signing_and_on_the_chain(net: StakeNet, case: Case) -> None:
    net.change(lambda runtime: runtime.drand.LastStoredRound.put(1000))
    with net.stored(case.stored):
        if case.words:
            refused(net, case)
        call = ChainCall(S, case.call, case.args)
        error = forced(net.chain, call, f"//{case.who}")
        assert error == f"{S}.{case.heard or case.error}"
    assert remedy(f"{S}.{case.error}")


def test_every_error_of_the_rows_has_a_case() -> None:
    met = {(case.call, case.error) for case in CASES}
    wanted = {(name, error) for name, errors in ROWS.items() for error in errors.split()}
    assert wanted <= met


@pytest.mark.parametrize(
    ("case", "code"),
    [(SETTING[5], 1), (REVEALING[0], 16), (SEALING[4], 15)],
    ids=str,
)
def test_a_call_that_is_sent_anyway_is_kept_out_of_the_pool(
    net: StakeNet, case: Case, code: int
) -> None:
    net.change(lambda runtime: runtime.drand.LastStoredRound.put(1000))
    assert net.force(f"//{case.who}", case.call, **case.args) == f"Custom error: {code}"


@pytest.mark.parametrize("case", [SETTING[1], SETTING[9], SEALING[2]], ids=str)
def test_a_call_that_is_sent_anyway_fails_with_a_remedy(net: StakeNet, case: Case) -> None:
    words = ["chain", "call", S, case.call, "--wallet", "//Alice", "--yes", "--quiet"]
    for name, value in case.args.items():
        text = "0x" + value.hex() if isinstance(value, bytes) else str(value)
        words += ["-a", f"{name}={text}"]
    error = net.failure(*words)
    assert error["details"]["transaction"]["error"] == f"{S}.{case.error}"
    advice = remedy(f"{S}.{case.error}")
    assert advice is not None and advice in error["hint"]


def test_a_part_of_a_batch_that_fails_is_told(net: StakeNet) -> None:
    """The batch itself succeeds, so the error is in an event alone."""
    row = [(4, 1), (5, 1)]
    args = {"netuids": [OPEN, HIDDEN], "weights": [row, row], "version_keys": [VERSION, 0]}
    assert forced(net.chain, ChainCall(S, "batch_set_weights", args)) is None

    async def events(node: Any) -> list[Any]:
        codec = node.runtime.codec
        raw = node.state_at(node.best_number).read(codec.storage_key("System", "Events"))
        records: list[Any] = codec.decode_storage("System", "Events", raw)
        return records

    told = {one["event_id"]: one["attributes"] for one in net.chain.do(events)}
    assert told["WeightsSet"] == (OPEN, 1)
    assert "BatchCompletedWithErrors" in told
    enabled = error_of("CommitRevealEnabled", net)
    assert told["BatchWeightItemFailed"] == (HIDDEN, {"Module": {"index": 7, "error": enabled}})


def error_of(name: str, net: StakeNet) -> str:
    """An error of the subnet pallet as events hold it."""
    index = net.look(lambda head: head.subtensor.error_indexes[name])
    return "0x" + bytes([index, 0, 0, 0]).hex()
