"""`taoctl subnet hyperparameters export` and `apply`: files against a chain, and across kills."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "localnet"))

from chain_thread import ThreadChain
from settings_chain import BOB, genesis, put, settings_chain, stored
from transaction_net import Localnet

from taoctl.chain.client import Chain
from taoctl.journal.store import Journal
from taoctl.localnet.dev import DevNode
from taoctl.localnet.frame import Runtime
from taoctl.localnet.pallets import PALLETS
from taoctl.localnet.sealing import Seal

pytestmark = pytest.mark.e2e

SCHEMA = "taoctl.subnet.hyperparameters.apply.1"
HYPER = ("subnet", "hyperparams", "1")
SEND = ("--wallet", "//Bob", "-y", "-q")


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("TAOCTL_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("TAOCTL_WALLET_PATH", str(tmp_path / "wallets"))
    for name in ("TAOCTL_WALLET", "BT_WALLET_NAME", "TAOCTL_PASSWORD_FILE"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.fixture
def net(capsys: pytest.CaptureFixture[str], home: Path) -> Iterator[Localnet]:
    with settings_chain() as chain:
        yield Localnet(chain.url, capsys.readouterr)


def file(home: Path, *lines: str, netuid: int = 1) -> str:
    path = home / "subnet.toml"
    path.write_text("\n".join([f"netuid = {netuid}", "[hyperparameters]", *lines, ""]))
    return str(path)


def on_chain(net: Localnet, item: str) -> Any:
    async def work(chain: Chain) -> Any:
        return await stored(await chain.at_head(), item, 1)

    return net.do(work)


def applied(net: Localnet, path: str, *more: str) -> Any:
    return net.data(SCHEMA, *HYPER, "apply", path, *SEND, *more)


def names(changes: list[dict[str, Any]]) -> list[str]:
    return [one["name"] for one in changes]


def test_what_is_exported_is_what_the_chain_has_and_nothing_is_to_do(
    net: Localnet, home: Path
) -> None:
    path = str(home / "out.toml")
    assert net.taoctl(*HYPER, "export", path)[0] == 0
    text = Path(path).read_text()
    found = tomllib.loads(text)
    assert found["netuid"] == 1
    assert found["hyperparameters"]["immunity_period"] == on_chain(net, "ImmunityPeriod")
    assert found["hyperparameters"]["alpha_high"] == on_chain(net, "AlphaValues")[1]
    assert "kappa" not in found["hyperparameters"]
    assert "max_burn = 100000000000  # 100.000000000 TAO; " in text
    code, out, _ = net.taoctl(*HYPER, "export")
    assert code == 0 and tomllib.loads(out)["hyperparameters"] == found["hyperparameters"]
    data = net.data("taoctl.subnet.hyperparameters.export.1", *HYPER, "export")
    assert tomllib.loads(data["toml"])["hyperparameters"] == found["hyperparameters"]
    code, _, err = net.taoctl(*HYPER, "export", path)
    assert code == 2 and "is there already" in err
    code, out, _ = net.taoctl(*HYPER, "apply", path, *SEND)
    assert code == 0 and "nothing to do" in out
    data = applied(net, path)
    assert (data["set"], data["later"], data["transactions"]) == ([], [], [])
    assert Journal().list() == ()


def test_changes_go_in_one_batch_in_an_order_that_bounds_allow(net: Localnet, home: Path) -> None:
    async def narrow(chain: Chain) -> None:
        await put(chain, "MaxBurn", (1,), 200_000_000)

    net.do(narrow)
    path = file(
        home,
        "min_burn = '0.9 tao'",
        "max_burn = 2_000_000_000",
        "alpha_low = 10_000",
        "alpha_high = '95%'",
        "liquid_alpha_enabled = true",
        "mechanism_emission_split = [40_000, 25_535]",
        "mechanism_count = 2",
        "max_allowed_uids = 128",
        "recycle_or_burn = 'recycle'",
        "burn_increase_mult = 'raw 27670116110564327424'",
    )
    plan = net.data(SCHEMA, *HYPER, "apply", path, *SEND, "--dry-run")
    assert plan["plan"]["call"]["call"] == "batch_all" and Journal().list() == ()
    data = applied(net, path)
    assert len(data["set"]) == 10 and not data["later"] and len(data["transactions"]) == 1
    assert on_chain(net, "MinBurn") == 900_000_000
    assert on_chain(net, "MaxBurn") == 2 * 10**9
    assert tuple(on_chain(net, "AlphaValues")) == (10_000, 62_258)
    assert on_chain(net, "MechanismEmissionSplit") == [40_000, 25_535]
    assert (on_chain(net, "MaxAllowedUids"), on_chain(net, "MechanismCountCurrent")) == (128, 2)
    assert on_chain(net, "BurnIncreaseMult")["bits"] == 3 << 63
    assert applied(net, path)["set"] == []
    back = file(
        home,
        "max_burn = 200_000_000",
        "min_burn = 100_000_000",
        "alpha_low = 9_000",
        "liquid_alpha_enabled = false",
        "mechanism_count = 1",
        "max_allowed_uids = 256",
        "tempo = 50_400",
    )
    net.do(_no_limits)
    data = applied(net, back)
    assert not data["later"], data["later"]
    assert names(data["set"]) == [
        "tempo",
        "min_burn",
        "alpha_low",
        "mechanism_count",
        "max_burn",
        "liquid_alpha_enabled",
        "max_allowed_uids",
    ]
    assert applied(net, back)["set"] == []


async def _no_limits(chain: Chain) -> None:
    """Owners wait no tempos, and the count of mechanisms was never changed."""
    await put(chain, "OwnerHyperparamRateLimit", (), 0)
    await put(chain, "TransactionKeyLastBlock", (BOB, 1, 7), 0)


def test_what_others_depend_on_is_waited_for(net: Localnet, home: Path) -> None:
    applied(net, file(home, "mechanism_count = 2", "rho = 11", "max_allowed_uids = 128"))
    path = file(
        home,
        "mechanism_emission_split = '100%'",
        "mechanism_count = 1",
        "rho = 12",
        "tempo = 50_400",
        "recycle_or_burn = 'recycle'",
    )
    net.do(_shorter)
    data = applied(net, path)
    assert names(data["set"]) == ["recycle_or_burn"]
    later = {one["name"]: one for one in data["later"]}
    assert list(later) == ["mechanism_count", "rho", "mechanism_emission_split", "tempo"]
    split, count = later["mechanism_emission_split"], later["mechanism_count"]
    assert split["because"] == "after mechanism_count"
    assert split["from_block"] == count["from_block"]
    assert "rho" in later["tempo"]["because"]


async def _shorter(chain: Chain) -> None:
    await put(chain, "Tempo", (1,), 40_000)


def test_what_waits_is_listed_with_its_block_and_refused_alone(net: Localnet, home: Path) -> None:
    applied(net, file(home, "rho = 11", "immunity_period = 100"))
    path = file(home, "rho = 12", "tempo = 60_000", "serving_rate_limit = 51")
    data = applied(net, path)
    assert names(data["set"]) == ["serving_rate_limit"]
    (later,) = data["later"]
    block = data["transactions"][0]["block"]
    assert later["name"] == "rho" and later["from_block"] == block - 1 + 2 * 60_000
    problem = net.failure(*HYPER, "apply", path, *SEND)
    assert "may be set now: rho was changed in block" in problem["message"]
    assert str(later["from_block"]) in problem["hint"]
    assert problem["details"]["refusals"][0]["allowed_from_block"] == later["from_block"]


def test_the_freeze_window_holds_all_back_but_the_hotkey(net: Localnet, home: Path) -> None:
    async def freeze(chain: Chain) -> None:
        await put(chain, "Tempo", (1,), 40_000)
        await put(chain, "AdminFreezeWindow", (), 40_000)

    net.do(freeze)
    problem = net.failure(*HYPER, "apply", file(home, "rho = 12"), *SEND)
    assert "frozen" in problem["message"]
    data = applied(net, file(home, "rho = 12", f"owner_hotkey = '{BOB}'"))
    assert names(data["set"]) == ["owner_hotkey"] and names(data["later"]) == ["rho"]


@pytest.mark.parametrize(
    ("lines", "line", "said"),
    [
        (("rho = 3", "imunity_period = 1"), 4, "no hyperparameter 'imunity_period'"),
        (("kappa = 1",), 3, "only root sets kappa"),
        (("subnet_is_active = true",), 3, "no call sets"),
        (("", "immunity_period = 'soon'"), 4, "not a whole number of blocks"),
        (("immunity_period = true",), 3, "is true or false here"),
        (("immunity_period = 1.5",), 3, "a number with a point"),
        (("immunity_period = -1",), 3, "cannot be -1"),
        (("immunity_period = 65536",), 3, "immunity_period"),
        (("transfers_enabled = 1",), 3, "is a number here"),
        (("owner_hotkey = 5",), 3, "is a number here"),
        (("mechanism_emission_split = ['a']",), 3, "a list of other things"),
        (("rho = 3", "rho = 4"), 4, "not TOML"),
        (("[more]", "a = 1"), 3, "'more' means nothing here"),
    ],
)
def test_what_is_wrong_in_a_file_is_said_with_its_line(
    net: Localnet, home: Path, lines: tuple[str, ...], line: int, said: str
) -> None:
    code, _, err = net.taoctl(*HYPER, "apply", file(home, *lines), *SEND)
    assert code == 2 and said in err and f"line {line}" in err, err


def test_another_subnets_file_and_wrong_flags_are_refused(net: Localnet, home: Path) -> None:
    path = file(home, "rho = 3", netuid=2)
    code, _, err = net.taoctl(*HYPER, "apply", path, *SEND)
    assert code == 2 and "line 1: these are of subnet 2, not 1" in err
    Path(path).write_text("[hyperparameters]\nrho = 3\n")
    code, _, err = net.taoctl(*HYPER, "apply", path, *SEND)
    assert code == 2 and "of which subnet" in err
    path = file(home, "rho = 3")
    for flags in (("--follow", "--wait", "none"), ("--follow", "--nonce", "1"), ("--sudo",)):
        code, _, err = net.taoctl(*HYPER, "apply", path, *SEND, *flags)
        assert code == 2, err
    assert Journal().list() == ()


def test_one_value_out_of_bounds_and_nothing_is_sent(net: Localnet, home: Path) -> None:
    path = file(home, "rho = 3", "min_burn = 2_000_000_000", "immune_owner_uids_limit = 11")
    problem = net.failure(*HYPER, "apply", path, *SEND)
    assert "line 4: min_burn" in problem["message"]
    assert len(problem["details"]["refusals"]) == 2
    problem = net.failure(*HYPER, "apply", file(home, "rho = 3"), "--wallet", "//Alice", "-y", "-q")
    assert "does not own subnet 1" in problem["message"]
    assert Journal().list() == () and on_chain(net, "Rho") == 10


_FIRST = {
    "rho": 11,
    "immunity_period": 101,
    "serving_rate_limit": 21,
    "bonds_penalty": 31,
    "min_allowed_weights": 2,
    "max_difficulty": 51,
}
_WANTED = {
    **{name: value + 1 for name, value in _FIRST.items()},
    "adjustment_alpha": 71,
    "burn_half_life": 81,
    "bonds_moving_avg": 91,
    "immune_owner_uids_limit": 3,
    "commit_reveal_period": 4,
    "recycle_or_burn": 1,
}
_LIMIT_BLOCKS = 40
_KILLED = """
import os, signal, sys
import taoctl.submit.send as sending
real = sending._hand_over
count = 0
async def killed(*args, **kwargs):
    global count
    count += 1
    if count == int(sys.argv[2]):
        if sys.argv[1] == "sent":
            await real(*args, **kwargs)
        os.kill(os.getpid(), signal.SIGKILL)
    return await real(*args, **kwargs)
sending._hand_over = killed
from taoctl.cli.main import main
sys.exit(main(sys.argv[3:]))
"""


def _limited(runtime: Runtime) -> None:
    """Limits of 40 blocks, and no freeze window that could begin between a plan and its block."""
    genesis(runtime)
    module = runtime.subtensor
    module.Tempo[1] = _LIMIT_BLOCKS // 2
    module.OwnerHyperparamRateLimit.put(2)
    module.AdminFreezeWindow.put(0)


@pytest.mark.parametrize(("when", "nth"), [("sent", 1), ("written", 1), ("sent", 2)])
def test_twelve_changes_under_limits_are_done_across_a_kill(
    capsys: pytest.CaptureFixture[str], home: Path, when: str, nth: int
) -> None:
    chain = ThreadChain(
        block_time=0.15, seal=Seal.INTERVAL, finality_lag=0, pallets=PALLETS, genesis=_limited
    )
    with chain:
        net = Localnet(chain.url, capsys.readouterr)
        applied(net, file(home, *(f"{name} = {value}" for name, value in _FIRST.items())))
        path = file(home, *(f"{name} = {value}" for name, value in _WANTED.items()))
        words = [*HYPER, "apply", path, *SEND, "--follow", "--era", "8", "--timeout", "30"]
        child = subprocess.run(
            [sys.executable, "-c", _KILLED, when, str(nth), *words, "-n", chain.url],
            capture_output=True,
            timeout=120,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        )
        assert child.returncode == -signal.SIGKILL, child.stderr.decode()
        data = applied(net, path, "--follow", "--era", "8")
        assert data["later"] == []
        assert applied(net, path)["set"] == []
        for name, value in _WANTED.items():
            assert _stored(net, name) == value, name
        # None is set twice: six first, then twelve, in batches that all succeeded.
        assert chain.do(_completed) == len(_FIRST) + len(_WANTED)


def _stored(net: Localnet, name: str) -> Any:
    from taoctl.economics.hyperparameter import from_storage
    from taoctl.economics.hyperparameters import KNOWN

    return from_storage(KNOWN[name], on_chain(net, KNOWN[name].item))


async def _completed(node: DevNode) -> int:
    """Calls of batches that were carried out, in all blocks; asserts that none failed."""
    codec, count = node.runtime.codec, 0
    key = codec.storage_key("System", "Events")
    for number in range(1, node.best_number + 1):
        raw = node.state_at(number).read(key)
        events = [
            (one["module_id"], one["event_id"])
            for one in codec.decode_storage("System", "Events", raw)
        ]
        assert ("System", "ExtrinsicFailed") not in events
        count += events.count(("Utility", "ItemCompleted"))
    return count
