"""What trades come to beside their quotes, fees in alpha, and transactions of several wallets."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from stake_net import (
    ALICE,
    BOB,
    CHARLIE,
    DAVE,
    EVE,
    EVEN,
    FERDIE,
    OWN,
    SMALL,
    STRANGER,
    TAO,
    UNEVEN,
    StakeNet,
    stake_chain,
)

from taoctl.cli import prompts, transact_many
from taoctl.cli.schemas import every
from taoctl.submit.outcome import Progress

pytestmark = pytest.mark.e2e

KEYFILES = Path(__file__).resolve().parents[1] / "data" / "keyfiles"


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with stake_chain(tmp_path_factory.mktemp("outcomes")) as chain:
        yield chain


@pytest.fixture
def net(chain: Any, capsys: pytest.CaptureFixture[str]) -> StakeNet:
    return StakeNet(chain, capsys.readouterr)


def free(net: StakeNet, ss58: str) -> int:
    return int(net.look(lambda head: head.system.Account[ss58]["data"]["free"]))


def held(net: StakeNet, coldkey: str, netuid: int) -> int:
    return int(net.look(lambda head: head.subtensor.stake_of(OWN, coldkey, netuid)))


def add(netuid: int, amount: str, wallet: str, *more: str) -> tuple[str, ...]:
    words = ("stake", "add", amount, "--netuid", str(netuid), "--hotkey", OWN, "--wallet", wallet)
    return (*words, *more)


@pytest.fixture
def trader(net: StakeNet, monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Have somebody buy while the user looks at the plan, who then says yes."""

    def trade(tao: int) -> None:
        def confirm(question: str) -> bool:
            args = {"hotkey": OWN, "netuid": EVEN, "amount_staked": tao * TAO}
            assert net.force("//Bob", "add_stake", **args) is None
            return True

        monkeypatch.setattr(prompts, "require", lambda *_: None)
        monkeypatch.setattr(prompts, "confirm", confirm)

    return trade


@pytest.mark.parametrize(
    ("bought", "name"), [(12, "SubtensorModule.SlippageTooHigh"), (40, "Swap.PriceLimitExceeded")]
)
def test_a_price_that_moved_costs_the_fee_alone_and_both_prices_are_named(
    net: StakeNet, trader: Callable[[int], None], bought: int, name: str
) -> None:
    before, stake = free(net, ALICE), held(net, ALICE, EVEN)
    trader(bought)
    error = net.failure(*add(EVEN, "10tao", "//Alice", "--tolerance", "0.2%"))
    assert f"with {name}" in error["message"]
    assert error["details"]["transaction"]["error"] == name
    quoted, actual = error["details"]["quoted"], error["details"]["actual"]
    assert quoted["paid_in"]["rao"] == str(10 * TAO)
    assert int(quoted["minimum_out"]["rao"]) < int(quoted["out"]["rao"])
    assert actual["out"] is None and actual["paid_in"] is None
    assert int(actual["spot_price"]["rao"]) > int(quoted["spot_price"]["rao"])
    fee = _fee_of_last(net)
    assert free(net, ALICE) == before - fee and 0 < fee < TAO // 100
    assert held(net, ALICE, EVEN) == stake


def test_a_person_sees_both_prices_too(net: StakeNet, trader: Callable[[int], None]) -> None:
    trader(40)
    code, out, err = net.taoctl(*add(EVEN, "10tao", "//Alice", "--tolerance", "0.2%"))
    assert (code, out) == (1, "")
    assert re.search(r"not traded; quoted [0-9.]+ alpha of subnet 1; the price is 0\.1", err)


def _fee_of_last(net: StakeNet) -> int:
    (row, *_) = net.data("taoctl.tx.list.1", "tx", "list")
    return int(row["fee"]["rao"])


def test_an_outcome_is_compared_with_its_quote(net: StakeNet) -> None:
    stake = held(net, ALICE, UNEVEN)
    done = net.data("taoctl.tx.1", *add(UNEVEN, "10tao", "//Alice", "-y"))
    (one,) = done["quotes"]
    gained = held(net, ALICE, UNEVEN) - stake
    assert abs(int(one["actual"]["out"]["rao"]) - gained) <= 1
    assert one["actual"]["out"] == one["quoted"]["out"]
    assert one["actual"]["pool_fee"] == one["quoted"]["pool_fee"]
    _, out, _ = net.taoctl(*add(UNEVEN, "10tao", "//Alice", "-y", "--again"))
    assert ", as quoted\n" in out


def test_of_what_is_only_sent_nobody_says_that_it_was_not_traded(net: StakeNet) -> None:
    code, out, _ = net.taoctl(*add(EVEN, "3tao", "//Alice", "-y", "--wait", "none"))
    assert code == 0
    assert out.startswith("sent, not in a block yet: stake 3.000000000 TAO") and "traded" not in out
    net.taoctl("tx", "resume")


def test_a_swap_is_compared_on_both_its_legs(net: StakeNet) -> None:
    words = ("--hotkey", OWN, "--netuid", str(EVEN), "--to-netuid", str(UNEVEN))
    done = net.data("taoctl.tx.1", "stake", "swap", "5alpha", *words, "--wallet", "//Alice", "-y")
    (one,) = done["quotes"]
    assert one["quoted"]["netuid_in"] == EVEN and one["quoted"]["netuid"] == UNEVEN
    assert one["actual"]["paid_in"]["rao"] == str(5 * TAO)
    assert one["actual"]["out"] == one["quoted"]["out"]
    assert one["actual"]["pool_fee"] == one["quoted"]["pool_fee"]


# fees in alpha


def test_a_fee_is_taken_in_alpha_where_tao_does_not_pay_it(net: StakeNet) -> None:
    net.change(lambda runtime: runtime.balances.endow(CHARLIE, 600))
    words = ("stake", "remove", "50%", "--netuid", str(EVEN), "--hotkey", OWN)
    plan = net.data("taoctl.plan.1", *words, "--wallet", "//Charlie", "--dry-run")
    fee = int(plan["fee_in_alpha"]["rao"])
    assert plan["refusals"] == [] and fee > 0 and plan["fee_in_alpha"]["netuid"] == EVEN
    (stake,) = [one for one in plan["effects"] if one["what"] == "stake"]
    done = net.data("taoctl.tx.1", *words, "--wallet", "//Charlie", "-y")
    assert done["fee_in_alpha"] == plan["fee_in_alpha"] and done["fee"]["rao"] == "0"
    assert done["quotes"][0]["actual"]["out"] == plan["quotes"][0]["out"]
    assert abs(held(net, CHARLIE, EVEN) - int(stake["after"]["rao"])) <= 1
    assert abs(free(net, CHARLIE) - int(plan["balance_after"]["rao"])) <= 1


def test_all_of_a_position_is_what_the_fee_leaves_of_it(net: StakeNet) -> None:
    net.change(lambda runtime: runtime.balances.endow(CHARLIE, 600))
    words = ("stake", "swap", "all", "--netuid", str(UNEVEN), "--to-netuid", str(EVEN))
    more = ("--hotkey", OWN, "--wallet", "//Charlie", "--tolerance", "20%")
    plan = net.data("taoctl.plan.1", *words, *more, "--dry-run")
    whole = held(net, CHARLIE, UNEVEN)
    assert int(plan["quotes"][0]["paid_in"]["rao"]) == whole - int(plan["fee_in_alpha"]["rao"])
    _, shown, _ = net.taoctl(*words, *more, "--dry-run")
    assert "there is too little free TAO" in shown
    assert net.data("taoctl.tx.1", *words, *more, "-y")["fee_in_alpha"] == plan["fee_in_alpha"]
    assert held(net, CHARLIE, UNEVEN) <= 1


def test_a_fee_that_neither_pays_is_refused(net: StakeNet) -> None:
    net.change(lambda runtime: runtime.balances.endow(CHARLIE, 600))
    batch = ("stake", "remove", "1alpha", "--netuid", "1,3", "--hotkey", OWN)
    error = net.failure(*batch, "--wallet", "//Charlie", "-y")
    assert error["details"]["refusals"][0]["name"] == "Payment"


def test_a_fee_in_alpha_that_the_pool_does_not_buy_is_refused(net: StakeNet) -> None:
    """What the position holds is enough by its price, and the pool is too small to pay it."""
    rich = free(net, ALICE)
    words = ("stake", "remove", "1alpha", "--netuid", str(SMALL), "--hotkey", OWN, "--unsafe")
    with net.stored([("SubnetTAO", SMALL, 900_000)]):
        net.change(lambda runtime: runtime.balances.endow(ALICE, 600))
        error = net.failure(*words, "--wallet", "//Alice", "-y")
        net.change(lambda runtime: runtime.balances.endow(ALICE, rich))
    assert [one["name"] for one in error["details"]["refusals"]] == ["Payment"]
    assert "too small" in error["message"]


def test_alpha_alone_lets_nobody_sign(net: StakeNet) -> None:
    """The chain takes nothing of an account that has no TAO, not even what alpha would pay."""
    folder = Path(os.environ["TAOCTL_WALLET_PATH"]) / "penniless"
    folder.mkdir(parents=True)
    (folder / "coldkeypub.txt").write_text(json.dumps({"ss58Address": STRANGER}))
    give = ("stake", "transfer", "5alpha", "penniless", "--netuid", str(EVEN), "--hotkey", OWN)
    net.data("taoctl.tx.1", *give, "--wallet", "//Alice", "-y")
    words = ("stake", "remove", "1alpha", "--netuid", str(EVEN), "--wallet", "penniless")
    plan = net.data("taoctl.plan.1", *words, "--dry-run")
    (no,) = plan["refusals"]
    assert no["name"] == "Payment" and "no account on the chain" in no["message"]
    net.change(lambda runtime: runtime.balances.endow(STRANGER, 500))
    assert net.data("taoctl.plan.1", *words, "--dry-run")["refusals"] == []


def test_all_leaves_room_for_a_tip_too(net: StakeNet) -> None:
    words = add(EVEN, "all", "//Ferdie", "--tip", "2", "--unsafe")
    plan = net.data("taoctl.plan.1", *words, "--dry-run")
    assert plan["refusals"] == [] and plan["tip"]["rao"] == str(2 * 10**9)
    assert 500 <= int(plan["balance_after"]["rao"]) < 600
    net.data("taoctl.tx.1", *words, "-y")
    assert free(net, FERDIE) == int(plan["balance_after"]["rao"])
    net.change(lambda runtime: runtime.balances.endow(FERDIE, 10**13))


@pytest.mark.parametrize(
    ("limit", "same"), [(("--tolerance", "2%"), False), (("--limit", "0.2"), True)]
)
def test_a_member_is_told_to_repeat_only_what_stays_the_same(
    net: StakeNet, limit: tuple[str, str], same: bool
) -> None:
    words = add(EVEN, "1tao", "//Bob", *limit, "--multisig", f"2:{BOB},{DAVE}", "-y", "-q")
    code, out, _ = net.taoctl(*words)
    assert code == 0
    (line,) = (one for one in out.splitlines() if one.startswith("next"))
    assert ("the same command" in line) is same and "`taoctl multisig approve 2:" in line


# several wallets


def test_several_wallets_are_one_preview_and_each_sees_the_ones_before_it(net: StakeNet) -> None:
    words = add(EVEN, "20tao", "//Dave", "--wallet", "//Eve")
    plans = net.data("taoctl.plans.1", *words, "--dry-run")["plans"]
    first, second = (int(one["quotes"][0]["out"]["rao"]) for one in plans)
    assert first > second
    assert [one["signer_ss58"] for one in plans] == [DAVE, EVE]
    done = net.data("taoctl.txs.1", *words, "-y")["transactions"]
    assert [one["signer_ss58"] for one in done] == [DAVE, EVE]
    assert [held(net, who, EVEN) for who in (DAVE, EVE)] == [first, second]
    for one in done:
        assert one["quotes"][0]["actual"]["out"] == one["quotes"][0]["quoted"]["out"]


def test_each_of_several_leaves_room_for_its_tip(net: StakeNet) -> None:
    words = add(EVEN, "all", "//Dave", "--wallet", "//Eve", "--unsafe", "--tip", "1", "--dry-run")
    plans = net.data("taoctl.plans.1", *words)["plans"]
    for plan in plans:
        assert plan["refusals"] == [] and 500 <= int(plan["balance_after"]["rao"]) < 600
    assert ", tips of 2.000000000 TAO" in net.taoctl(*words)[1]


def test_nothing_is_sent_where_one_of_several_is_refused(net: StakeNet) -> None:
    sent = net.sent()
    net.change(lambda runtime: runtime.balances.endow(CHARLIE, TAO))
    error = net.failure(*add(EVEN, "20tao", "//Dave", "--wallet", "//Charlie", "-y"))
    assert error["message"].startswith("//Charlie")
    assert error["details"]["refusals"][0]["name"] == "NotEnoughBalanceToStake"
    assert net.sent() == sent


def test_what_is_refused_of_several_is_told_before_that_nobody_can_be_asked(net: StakeNet) -> None:
    sent = net.sent()
    poor = net.failure(*add(EVEN, "99999999tao", "//Dave", "--wallet", "//Charlie"))
    assert poor["details"]["refusals"]
    code, out, err = net.taoctl(*add(EVEN, "2tao", "//Dave", "--wallet", "//Eve"))
    assert (code, out) == (2, "")
    assert "2 of 2" in err and "to ask: send these 2 transactions?" in err
    assert net.sent() == sent


def test_nothing_is_sent_where_the_key_of_one_of_several_stays_closed(net: StakeNet) -> None:
    wallet = Path(os.environ["TAOCTL_WALLET_PATH"]) / "locked"
    wallet.mkdir(parents=True, mode=0o700)
    shutil.copy(KEYFILES / "btcli11-sr25519.nacl", wallet / "coldkey")
    shutil.copy(KEYFILES / "btcli11-sr25519-pub.txt", wallet / "coldkeypub.txt")
    (wallet / "coldkey").chmod(0o600)
    ss58 = json.loads((wallet / "coldkeypub.txt").read_text())["ss58Address"]
    net.change(lambda runtime: runtime.balances.endow(ss58, 100 * TAO))
    sent = net.sent()
    words = add(EVEN, "2tao", "//Dave", "--wallet", "locked", "--no-input")
    code, out, err = net.taoctl(*words, "-y")
    assert (code, out) == (6, "") and "--password-fd" in err
    assert net.sent() == sent


def test_the_first_failure_of_several_ends_it_and_says_what_is_done(
    net: StakeNet, monkeypatch: pytest.MonkeyPatch
) -> None:
    from taoctl.submit import send as sending

    carried_out = sending.send
    count = 0

    async def send(*args: Any) -> Any:
        nonlocal count
        count += 1
        if count == 2:
            whole = {"hotkey": OWN, "netuid": EVEN, "amount_staked": 900 * TAO}
            assert net.force("//Bob", "add_stake", **whole) is None
        return await carried_out(*args)

    monkeypatch.setattr(sending, "send", send)
    words = add(EVEN, "2tao", "//Dave", "--wallet", "//Eve", "--wallet", "//Ferdie")
    code, out, err = net.taoctl(*words, "-y", "-o", "json")
    assert (code, out) == (1, "")
    error = json.loads(err.splitlines()[-1])
    jsonschema.validate(error, every()["taoctl.error.1.json"])
    details = error["error"]["details"]
    assert "Swap.PriceLimitExceeded" in error["error"]["message"]
    assert [one["error"] for one in details["done"]] == [None]
    assert len(details["not_sent"]) == 1 and details["quoted"]["account"] == EVE


def test_ctrl_c_between_several_says_what_is_done_and_what_is_not(
    net: StakeNet, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []

    def tell(step: Progress) -> None:
        told.append(step.stage)
        if told.count("signing") == 2:
            os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr(transact_many, "tell", tell)
    words = add(EVEN, "2tao", "//Dave", "--wallet", "//Eve", "--wallet", "//Ferdie")
    before = held(net, EVE, EVEN), held(net, FERDIE, EVEN)
    code, out, err = net.taoctl(*words, "-y", "--again", "-o", "json")
    assert (code, out) == (130, "")
    error = json.loads(err.splitlines()[-1])
    jsonschema.validate(error, every()["taoctl.error.1.json"])
    message, details = error["error"]["message"], error["error"]["details"]
    assert re.fullmatch(
        r"//Eve .*: interrupted before it was sent; sent before it: \d+ of //Dave .*; "
        r"not sent: //Eve .*, //Ferdie .*",
        message,
    )
    assert [one["error"] for one in details["done"]] == [None]
    assert details["not_sent"] == [EVE, FERDIE]
    assert (held(net, EVE, EVEN), held(net, FERDIE, EVEN)) == before


@pytest.mark.parametrize(
    "more", [("--nonce", "3"), ("--proxy-for", BOB), ("--sudo",), ("--multisig", f"1:{BOB},{DAVE}")]
)
def test_what_is_for_one_signer_is_refused_for_several(
    net: StakeNet, more: tuple[str, ...]
) -> None:
    code, _, err = net.taoctl(*add(EVEN, "1tao", "//Dave", "--wallet", "//Eve", *more, "-y"))
    assert code == 2 and "is for one signer" in err
