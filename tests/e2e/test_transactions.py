"""What a plan says of a transaction comes true on a localnet, refusals included."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from transaction_net import ALICE, BOB, CHARLIE, DAVE, EVE, TAO, Localnet, nobody, running

from taoctl.calls.base import ChainCall, Intent
from taoctl.calls.batch import Batch
from taoctl.calls.batch_mode import BatchMode
from taoctl.calls.generic import Generic
from taoctl.calls.multisig import ByMultisig, Group
from taoctl.calls.proxied import ByProxy
from taoctl.calls.proxy import AddProxy, Announce, RealPays, RemoveProxies, RemoveProxy
from taoctl.calls.sudo import BySudo
from taoctl.calls.transfer import Transfer, TransferAll
from taoctl.chain.client import Chain
from taoctl.errors import RefusedError
from taoctl.journal.store import Journal
from taoctl.scale.crypto import KeySigner
from taoctl.submit.options import TxOptions
from taoctl.submit.outcome import Outcome
from taoctl.submit.plan import Plan, make_plan
from taoctl.submit.send import send
from taoctl.units import Tao

pytestmark = pytest.mark.e2e

NEW = nobody(1)
GROUP = Group(2, (ALICE, BOB, CHARLIE))


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running(tmp_path_factory.mktemp("transactions")) as found:
        yield found


@pytest.fixture
def net(endpoint: str, capsys: pytest.CaptureFixture[str]) -> Localnet:
    return Localnet(endpoint, capsys.readouterr)


async def _send(
    chain: Chain, intent: Intent, uri: str, home: Path, **options: Any
) -> tuple[Plan, Outcome]:
    """Plan and send an intent, even one that is refused."""
    signer, chosen = KeySigner(uri), TxOptions(**options)
    journal = Journal(home / "journal.sqlite3")
    plan = await make_plan(chain, intent, signer.ss58, chosen)
    return plan, await send(chain, plan, signer, journal, chosen)


# what a plan says


def _plans() -> list[tuple[str, str, Intent]]:
    pays = Transfer(DAVE, Tao(3 * TAO))
    return [
        ("transfer", "//Alice", Transfer(BOB, Tao(TAO + 7))),
        ("transfer to a new account", "//Alice", Transfer(NEW, Tao(TAO))),
        ("transfer to oneself", "//Alice", Transfer(ALICE, Tao(TAO))),
        ("batch", "//Alice", Batch((pays, Transfer(EVE, Tao(TAO)), pays))),
        ("force batch", "//Alice", Batch((pays, Transfer(ALICE, Tao(1))), BatchMode.FORCE)),
        ("add a proxy", "//Alice", AddProxy(BOB, "Transfer")),
        ("as a proxy", "//Bob", ByProxy(pays, ALICE)),
        ("add another proxy", "//Alice", AddProxy(CHARLIE, "Any")),
        ("a batch as a proxy", "//Charlie", ByProxy(Batch((pays, pays)), ALICE)),
        ("let the real one pay", "//Alice", RealPays(BOB)),
        ("as a proxy, paid for", "//Bob", ByProxy(pays, ALICE)),
        ("remove a proxy", "//Alice", RemoveProxy(BOB, "Transfer")),
        ("remove all proxies", "//Alice", RemoveProxies()),
        ("fund a multisig", "//Alice", Transfer(GROUP.ss58, Tao(20 * TAO))),
        ("first approval", "//Alice", ByMultisig(pays, GROUP)),
        ("last approval", "//Charlie", ByMultisig(pays, GROUP)),
        ("one of two", "//Bob", ByMultisig(pays, Group(1, (BOB, EVE)))),
        ("generic transfer", "//Bob", Generic(_transfer("transfer_allow_death", DAVE, 5))),
        ("everything", "//Ferdie", TransferAll(EVE)),
    ]


def _transfer(name: str, dest: str, value: int) -> ChainCall:
    return ChainCall("Balances", name, {"dest": dest, "value": value})


def test_what_plans_say_comes_true(net: Localnet, tmp_path: Path) -> None:
    shared = Group(1, (BOB, EVE)).ss58
    assert net.taoctl("wallet", "transfer", shared, "5", "--wallet", "//Eve", "-y", "-q")[0] == 0

    async def work(chain: Chain) -> None:
        for what, uri, intent in _plans():
            plan, outcome = await _send(chain, intent, uri, tmp_path)
            assert (plan.refusals, outcome.error) == ((), None), what
            assert plan.fee is not None and outcome.fee_paid is not None
            assert outcome.fee_paid <= plan.fee, what
            assert outcome.block_hash is not None
            view = await chain.at_hash(outcome.block_hash)
            by_hash = "first approval" in what
            assert (plan.tree_by_hash is not None) == by_hash, what
            if plan.balance_after is not None:
                payer = await view.value("System", "Account", plan.fee_payer_ss58)
                saved = plan.fee - outcome.fee_paid
                assert Tao(int(payer["data"]["free"])) == plan.balance_after + saved, what
            for effect in plan.effects:
                if not isinstance(effect.after, Tao):
                    continue
                assert effect.account is not None
                account = await view.value("System", "Account", effect.account)
                held = Tao(int(account["data"][effect.what]))
                pays = effect.what == "free" and effect.account == plan.fee_payer_ss58
                # All that can leave an account is what is left of it once the fee is paid.
                fee = outcome.fee_paid if pays and what != "everything" else Tao(0)
                assert held == effect.after - fee, f"{what}: {effect}"

    net.do(work)


def test_a_fee_that_leaves_too_little_is_refused_as_the_chain_does(
    net: Localnet, tmp_path: Path
) -> None:
    uri = "//Nobody/6"
    who = KeySigner(uri).ss58
    assert net.taoctl("wallet", "transfer", who, "2", "--wallet", "//Alice", "-y", "-q")[0] == 0

    async def work(chain: Chain) -> None:
        for intent in (
            Transfer(BOB, Tao(2 * TAO - 500)),
            Batch((Transfer(BOB, Tao(TAO)), Transfer(EVE, Tao(TAO - 500_000)))),
        ):
            plan, outcome = await _send(chain, intent, uri, tmp_path)
            assert [one.name for one in plan.refusals] == ["NotExpendable"]
            assert outcome.error is not None
            assert outcome.error.name.startswith("Token.")
        await _send(chain, TransferAll(BOB, allow_death=True), uri, tmp_path)
        with pytest.raises(RefusedError, match="pay some fees"):
            await _send(chain, Transfer(BOB, Tao(0)), uri, tmp_path)
        options = TxOptions()
        plan = await make_plan(chain, Transfer(BOB, Tao(0)), who, options)
        assert [one.name for one in plan.refusals] == ["Payment"]

    net.do(work)


def test_a_batch_says_which_calls_fail_and_which_are_done(net: Localnet, tmp_path: Path) -> None:
    pays, too_much = Transfer(DAVE, Tao(TAO)), Transfer(DAVE, Tao(30_000 * TAO))
    remark = Generic(ChainCall("System", "remark", {"remark": b"x"}))

    async def work(chain: Chain) -> None:
        forced = Batch((pays, too_much, pays), BatchMode.FORCE)
        plan, outcome = await _send(chain, forced, "//Bob", tmp_path)
        assert (plan.refusals, outcome.error is not None) == ((), True)
        assert any("refused: call 2: " in text for text in plan.warnings)
        assert outcome.error is not None and outcome.block_hash is not None
        assert outcome.error.where == "Utility.force_batch call 2"
        view = await chain.at_hash(outcome.block_hash)
        (after,) = (one.after for one in plan.effects if one.account == DAVE)
        account = await view.value("System", "Account", DAVE)
        assert after == Tao(int(account["data"]["free"]))
        # What a remark changes is not known, so that it may bring what the transfer needs.
        plan = await make_plan(chain, Batch((remark, too_much)), BOB, TxOptions())
        assert plan.refusals == ()
        assert any("refused: call 2: " in text for text in plan.warnings)
        assert [one.after for one in plan.effects if one.account == BOB] == [None]
        plan = await make_plan(chain, Batch((too_much, remark)), BOB, TxOptions())
        assert [one.message[:7] for one in plan.refusals] == ["call 1:"]

    net.do(work)


def test_a_used_nonce_is_refused_before_it_is_signed(net: Localnet, tmp_path: Path) -> None:
    async def work(chain: Chain) -> None:
        await _send(chain, Transfer(DAVE, Tao(1)), "//Bob", tmp_path)
        plan = await make_plan(chain, Transfer(DAVE, Tao(2)), BOB, TxOptions(nonce=0))
        assert [one.name for one in plan.refusals] == ["Stale"]
        plan = await make_plan(chain, Transfer(DAVE, Tao(2)), BOB, TxOptions(era_blocks=100))
        assert (plan.refusals, plan.era_blocks) == ((), 128)

    net.do(work)


def _refused() -> list[tuple[str, str, Intent, str]]:
    pays = Transfer(DAVE, Tao(TAO))
    filtered = "System.CallFiltered"
    nested = Generic(
        ChainCall("Utility", "batch", {"calls": [ChainCall("Utility", "batch", {"calls": []})]})
    )
    return [
        ("too much", "//Bob", Transfer(EVE, Tao(30_000 * TAO)), "Token.FundsUnavailable"),
        ("too little for a new one", "//Bob", Transfer(nobody(2), Tao(499)), "BelowMinimum"),
        ("no proxy", "//Eve", ByProxy(pays, ALICE), "Proxy.NotProxy"),
        ("wrong type", "//Eve", ByProxy(pays, CHARLIE), filtered),
        ("wrong type forced", "//Eve", ByProxy(pays, CHARLIE, "Any"), "Proxy.NotProxy"),
        ("a batch of the wrong type", "//Eve", ByProxy(Batch((pays, pays)), CHARLIE), filtered),
        ("unannounced", "//Dave", ByProxy(pays, CHARLIE), "Proxy.Unannounced"),
        ("own proxy", "//Eve", AddProxy(EVE, "Any"), "Proxy.NoSelfProxy"),
        ("twice", "//Charlie", AddProxy(EVE, "Staking"), "Proxy.Duplicate"),
        ("none to remove", "//Bob", RemoveProxy(EVE, "Any"), "Proxy.NotFound"),
        ("announced by a stranger", "//Bob", Announce(EVE, "0x" + 64 * "1"), "Proxy.NotProxy"),
        ("real pays a stranger", "//Bob", RealPays(EVE), "Proxy.NotProxy"),
        ("nested batches", "//Bob", nested, filtered),
    ]


def test_what_a_plan_refuses_the_chain_refuses(net: Localnet, tmp_path: Path) -> None:
    async def work(chain: Chain) -> None:
        for intent in (AddProxy(EVE, "Staking"), AddProxy(DAVE, "Any", delay_blocks=500)):
            _, outcome = await _send(chain, intent, "//Charlie", tmp_path)
            assert outcome.error is None
        with pytest.raises(RefusedError, match="signing address"):
            # Whoever else sends a sudo call is turned away by the pool.
            await _send(
                chain, BySudo(Generic(_transfer("transfer_keep_alive", BOB, 1))), "//Bob", tmp_path
            )
        for what, uri, intent, name in _refused():
            plan, outcome = await _send(chain, intent, uri, tmp_path)
            assert [one.name for one in plan.refusals] == [name.rpartition(".")[2]], what
            assert outcome.error is not None, what
            assert outcome.error.name.endswith(name), what

    net.do(work)


def test_a_delayed_proxy_announces_waits_and_acts(net: Localnet) -> None:
    assert (
        net.taoctl("wallet", "transfer", "//Ferdie", "9", "--wallet", "//Eve", "-y", "-q")[0] == 0
    )
    me = ("--proxy-for", "//Ferdie", "--wallet", "//Dave")
    code, _, err = net.taoctl(
        "proxy", "add", "//Dave", "--delay", "12", "--wallet", "//Ferdie", "-y", "-q"
    )
    assert code == 0, err
    assert (
        net.taoctl("wallet", "transfer", "//Ferdie", "9", "--wallet", "//Eve", "-y", "-q")[0] == 0
    )
    transfer = ("wallet", "transfer", "//Bob", "1", *me, "-y", "-q")
    code, _, err = net.taoctl(*transfer)
    assert code == 1
    announce = " ".join(err.split()).partition("run `taoctl ")[2].partition("`")[0].split()
    assert announce[:2] == ["proxy", "announce"] and "--wallet" in announce
    code, _, said = net.taoctl(*announce, "-y", "-q")
    assert code == 0, said
    code, _, err = net.taoctl(*transfer)
    assert code == 1
    assert "allowed again in" in err and " s)" in err
    for _ in range(50):
        code, _, err = net.taoctl(*transfer)
        if code == 0:
            break
    assert code == 0, err


# the commands
