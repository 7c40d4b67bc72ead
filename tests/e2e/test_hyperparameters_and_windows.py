"""Setting hyperparameters around the window before an epoch, and when a block is taken back."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "localnet"))

from chain_thread import ThreadChain
from settings_chain import caught_up, genesis, put, settings_chain, stored
from transaction_net import Localnet

import taoctl.cli.subnet_hyperparameter_applying as applying
import taoctl.cli.transact as transacting
from taoctl.chain.client import Chain
from taoctl.chain.view import View
from taoctl.journal.store import Journal
from taoctl.localnet.pallets import PALLETS
from taoctl.localnet.sealing import Seal

pytestmark = pytest.mark.e2e

HYPER = ("subnet", "hyperparameters", "1")
APPLY = "taoctl.subnet.hyperparameters.apply.1"
FROZEN = "AdminActionProhibitedDuringWeightsWindow"
SEND = ("--wallet", "//Bob", "-y", "-q")
TEMPO, WINDOW = 100, 10


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("TAOCTL_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("TAOCTL_WALLET_PATH", str(tmp_path / "wallets"))
    for name in ("TAOCTL_WALLET", "BT_WALLET_NAME", "TAOCTL_PASSWORD_FILE"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.fixture
def net(capsys: pytest.CaptureFixture[str], home: Path) -> Iterator[Localnet]:
    """A chain that makes a block for each transaction, and when it is told to."""
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


def epoch_in(net: Localnet, blocks: int) -> int:
    """Have the next epoch of the subnet come so many blocks after the newest; its block."""

    async def work(chain: Chain) -> int:
        view = await _made(chain, TEMPO)
        # Storing each of the two makes a block.
        due = view.block + 2 + blocks
        await put(chain, "LastEpochBlock", (1,), due - TEMPO)
        await put(chain, "Tempo", (1,), TEMPO)
        return due

    found: int = net.do(work)
    return found


async def _made(chain: Chain, block: int) -> View:
    """The chain's view of this block, which is made now."""
    await chain.call("dev_newBlock", [{"to": block}])
    while (view := await chain.at_head()).block < block:
        await asyncio.sleep(0.005)
    return view


@pytest.fixture
def blocks_made(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets the chain make a block whenever `apply` waits for one."""
    real = applying._next_head

    async def make(chain: Chain, view: View) -> None:
        await chain.call("dev_newBlock", [])
        await real(chain, view)

    monkeypatch.setattr(applying, "_next_head", make)


@pytest.mark.parametrize(
    "words",
    [
        (*HYPER, "set", "rho", "11"),
        ("subnet", "tempo", "1", "set", "720"),
        ("subnet", "mechanisms", "1", "split", "100%"),
    ],
)
def test_a_plan_that_is_agreed_to_after_the_window_began_is_made_anew(
    net: Localnet, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    due = epoch_in(net, 20)
    chains: list[Chain] = []
    plan, unlock = transacting._planned, transacting._unlocked

    async def planned(chain: Chain, *rest: Any) -> Any:
        chains.append(chain)
        return await plan(chain, *rest)

    async def unlocked(*args: Any) -> Any:
        signer = await unlock(*args)
        await _made(chains[-1], due - WINDOW)
        return signer

    monkeypatch.setattr(transacting, "_planned", planned)
    monkeypatch.setattr(transacting, "_unlocked", unlocked)
    problem = net.failure(*words, *SEND)
    (refusal,) = problem["details"]["refusals"]
    assert (refusal["name"], refusal["allowed_from_block"]) == (FROZEN, due)
    assert len(chains) == 2 and Journal().list() == ()


def test_apply_waits_for_the_end_of_the_window(
    net: Localnet, home: Path, blocks_made: None
) -> None:
    due = epoch_in(net, 8)
    path = file(home, "rho = 11", "immunity_period = 99")
    problem = net.failure(*HYPER, "apply", path, *SEND)
    assert problem["details"]["refusals"][0]["allowed_from_block"] == due
    assert Journal().list() == ()
    data = net.data(APPLY, *HYPER, "apply", path, *SEND, "--follow")
    assert len(data["set"]) == 2
    assert data["transactions"][0]["block"] == due
    assert on_chain(net, "Rho", 1) == 11


def test_apply_goes_on_when_the_window_began_before_its_block(
    net: Localnet, home: Path, blocks_made: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    due = epoch_in(net, 20)
    real, count = applying.send, 0

    async def late(chain: Chain, *rest: Any) -> Any:
        nonlocal count
        count += 1
        if count == 1:
            await _made(chain, due - WINDOW)
        return await real(chain, *rest)

    monkeypatch.setattr(applying, "send", late)
    path = file(home, "rho = 11", "immunity_period = 99")
    data = net.data(APPLY, *HYPER, "apply", path, *SEND, "--follow")
    assert (len(data["set"]), len(data["transactions"]), count) == (2, 2, 2)
    failed, done = Journal().list()[::-1]
    assert failed.block == due - WINDOW + 1 and failed.error and FROZEN in str(failed.error)
    assert done.block == due and done.succeeded
    assert on_chain(net, "ImmunityPeriod", 1) == 99


def test_what_a_reorg_moves_to_another_block_is_not_set_twice(
    capsys: pytest.CaptureFixture[str], home: Path, blocks_made: None
) -> None:
    chain = ThreadChain(seal=Seal.INSTANT, finality_lag=50, pallets=PALLETS, genesis=genesis)
    with chain:
        net = Localnet(chain.url, capsys.readouterr)
        path = file(home, "rho = 11", "immunity_period = 99")
        words = (*HYPER, "apply", path, *SEND, "--follow")
        block = net.data(APPLY, *words)["transactions"][0]["block"]

        async def back(chain: Chain) -> None:
            await chain.call("dev_setHead", [block - 1])

        net.do(back)
        # The node takes back into its pool what the blocks held, and makes a block of it. Each
        # look has a connection of its own, which knows of no head that was taken back.
        end = time.monotonic() + 60
        while on_chain(net, "Rho", 1) != 11:
            assert time.monotonic() < end
            time.sleep(0.01)
        data = net.data(APPLY, *words)
        assert (data["set"], data["later"], data["transactions"]) == ([], [], [])
        (record,) = Journal().list()
        assert record.succeeded and on_chain(net, "ImmunityPeriod", 1) == 99
