"""What an owner changes of a subnet, as its proxy and as one of a multisig account."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "localnet"))

from settings_chain import caught_up, put, settings_chain, stored
from transaction_net import ALICE, BOB, Localnet

from taoctl.calls.multisig import parse_group
from taoctl.chain.client import Chain
from taoctl.journal.store import Journal

pytestmark = pytest.mark.e2e

HYPER = ("subnet", "hyperparameters", "1")
APPLY = "taoctl.subnet.hyperparameters.apply.1"
TX = "taoctl.tx.1"
GROUP = f"2:{ALICE},{BOB}"
SHARED = parse_group(GROUP, str).ss58
FOR_BOB = ("--proxy-for", "//Bob", "--wallet", "//Alice", "-y", "-q")


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


def file(home: Path, *lines: str) -> str:
    path = home / "subnet.toml"
    path.write_text("\n".join(["netuid = 1", "[hyperparameters]", *lines, ""]))
    return str(path)


def on_chain(net: Localnet, item: str, *keys: Any) -> Any:
    async def work(chain: Chain) -> Any:
        return await stored(await caught_up(chain), item, *keys)

    return net.do(work)


def proxy(net: Localnet, kind: str) -> None:
    words = ("proxy", "add", "//Alice", "--type", kind, "--wallet", "//Bob", "-y", "-q")
    code, _, err = net.taoctl(*words)
    assert code == 0, err


@pytest.mark.parametrize("kind", ["Owner", "Any"])
def test_a_proxy_of_the_owner_sets_and_is_told_the_limits(net: Localnet, kind: str) -> None:
    proxy(net, kind)
    block = net.data(TX, *HYPER, "set", "rho", "11", *FOR_BOB)["block"]
    assert on_chain(net, "Rho", 1) == 11
    problem = net.failure(*HYPER, "set", "rho", "12", *FOR_BOB)
    (refusal,) = problem["details"]["refusals"]
    assert refusal["name"] == "TxRateLimitExceeded"
    assert refusal["allowed_from_block"] == block + 2 * 60_000
    tempo = ("subnet", "tempo", "1", "set", "720", *FOR_BOB)
    if kind == "Owner":
        # The runtime's filter has AdminUtils and naming, and set_tempo is in neither.
        problem = net.failure(*tempo)
        assert problem["details"]["refusals"][0]["name"] == "CallFiltered"
    else:
        net.data(TX, *tempo)
        assert on_chain(net, "Tempo", 1) == 720
    count = len(Journal().list())
    problem = net.failure(*HYPER, "set", "rho", "12", "--wallet", "//Charlie", *FOR_BOB[:2], "-y")
    assert problem["details"]["refusals"][0]["name"] == "NotProxy"
    assert len(Journal().list()) == count


def test_a_file_is_applied_by_a_proxy_of_any_kind_that_may(net: Localnet, home: Path) -> None:
    proxy(net, "Any")
    path = file(home, "rho = 12", "immunity_period = 77", "min_allowed_weights = 3")
    data = net.data(APPLY, *HYPER, "apply", path, *FOR_BOB)
    assert len(data["set"]) == 3 and len(data["transactions"]) == 1
    assert (on_chain(net, "Rho", 1), on_chain(net, "ImmunityPeriod", 1)) == (12, 77)
    assert net.data(APPLY, *HYPER, "apply", path, *FOR_BOB)["set"] == []


def test_a_proxy_that_may_not_batch_sets_what_a_file_says_one_by_one(
    net: Localnet, home: Path
) -> None:
    proxy(net, "Owner")
    count = len(Journal().list())
    path = file(home, "rho = 12", "max_burn = '0.2'", "min_burn = '0.15'")
    dry = net.data(APPLY, *HYPER, "apply", path, *FOR_BOB, "--dry-run")
    assert dry["plan"]["refusals"] == [] and dry["plan"]["call"]["call"] == "proxy"
    assert [one["because"] for one in dry["later"]] == ["after the one before it"] * 2
    assert len(Journal().list()) == count
    data = net.data(APPLY, *HYPER, "apply", path, *FOR_BOB)
    assert len(data["set"]) == len(data["transactions"]) == 3 and data["later"] == []
    assert (on_chain(net, "Rho", 1), on_chain(net, "MinBurn", 1)) == (12, 150_000_000)
    assert on_chain(net, "MaxBurn", 1) == 200_000_000
    assert net.data(APPLY, *HYPER, "apply", path, *FOR_BOB)["set"] == []
    # What goes in several transactions cannot have one nonce.
    more = file(home, "immunity_period = 9", "serving_rate_limit = 9")
    problem = net.failure(*HYPER, "apply", more, *FOR_BOB, "--nonce", "9")
    assert problem["details"]["refusals"][0]["name"] == "CallFiltered"


def test_one_call_that_a_proxy_may_not_make_and_nothing_is_sent(net: Localnet, home: Path) -> None:
    proxy(net, "Owner")
    count = len(Journal().list())
    path = file(home, "rho = 12", "activity_cutoff_factor = 20_000", "serving_rate_limit = 9")
    problem = net.failure(*HYPER, "apply", path, *FOR_BOB)
    assert "line 4" in problem["message"] and "set_activity_cutoff_factor" in problem["message"]
    assert len(Journal().list()) == count and on_chain(net, "Rho", 1) == 10


def test_members_of_a_multisig_account_that_owns_a_subnet_set_together(
    net: Localnet, home: Path
) -> None:
    async def give(chain: Chain) -> None:
        await put(chain, "SubnetOwner", (1,), SHARED)

    net.do(give)
    words = (*HYPER, "set", "rho", "11", "--multisig", GROUP, "-y", "-q")
    net.data(TX, *words, "--wallet", "//Alice")
    assert on_chain(net, "Rho", 1) == 10
    net.data(TX, *words, "--wallet", "//Bob")
    assert on_chain(net, "Rho", 1) == 11
    # The first of two approvals carries nothing out; the second would, within the limit.
    net.data(TX, *words, "--wallet", "//Alice", "--again")
    problem = net.failure(*words, "--wallet", "//Bob", "--again")
    assert problem["details"]["refusals"][0]["name"] == "TxRateLimitExceeded"
    problem = net.failure(*HYPER, "set", "rho", "12", "--wallet", "//Alice", "-y")
    assert problem["details"]["refusals"][0]["name"] == "BadOrigin"
    count = len(Journal().list())
    for flags in (("--multisig", GROUP), ("--sudo",)):
        path = file(home, "serving_rate_limit = 9")
        code, _, err = net.taoctl(*HYPER, "apply", path, *flags, "--wallet", "//Alice", "-y")
        assert code == 2 and "does not go with a file" in err
    assert len(Journal().list()) == count
