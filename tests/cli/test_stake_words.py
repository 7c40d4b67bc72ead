"""What the trades of stake refuse of their options, before a chain is asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from taoctl.calls.stake.limits import Price, Tolerance, Unlimited
from taoctl.cli import options as global_options
from taoctl.cli.main import main
from taoctl.cli.stake import options
from taoctl.errors import UsageError

NOBODY = "ws://127.0.0.1:1"
HOTKEY = "5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty"


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TAOCTL_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("TAOCTL_WALLET_PATH", str(tmp_path / "wallets"))
    monkeypatch.delenv("TAOCTL_TOLERANCE", raising=False)
    global_options.reset()


def refused(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    code = main(["stake", *words, "--wallet", "//Alice", "-n", NOBODY, "--yes"])
    captured = capsys.readouterr()
    assert code == 2, captured.err
    assert captured.out == ""
    return captured.err


ADD = ("--netuid", "1", "--hotkey", HOTKEY)
ONE = ("--netuid", "1")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("add", "10", *ADD), "write 10tao"),
        (("add", "10alpha", *ADD), "is not TAO"),
        (("add", "0tao", *ADD), "is nothing"),
        (("add", "101%", *ADD), "more than there is"),
        (("add", "0.0000000001tao", *ADD), "nine digits"),
        (("remove", "10tao", *ONE), "is not alpha"),
        (("remove", "5", *ONE), "write 5alpha"),
        (("move", "10tao", *ONE, "--to-hotkey", HOTKEY), "is not alpha"),
        (("swap", "10tao", *ONE, "--to-netuid", "2"), "is not alpha"),
        (("swap", "10alpha", *ONE, "--to-netuid", "1"), "already"),
        (("transfer", "1", HOTKEY, *ONE), "write 1alpha"),
        (("recycle", "10tao", *ONE), "is not alpha"),
        (("burn", "10", *ONE), "write 10tao or 10alpha"),
        (("burn", "10alpha", *ONE, "--unsafe"), "no price to limit"),
        (("burn", "50%", *ONE, "--tolerance", "1%"), "no price to limit"),
        (("add", "10tao", "--netuid", "1,70000", "--hotkey", HOTKEY), "is not a subnet number"),
        (("add", "10tao", "--netuid", ",", "--hotkey", HOTKEY), "no subnet was named"),
        (("add", "10tao", *ADD, "--tolerance", "1"), "is no tolerance"),
        (("add", "10tao", *ADD, "--tolerance", ""), "is no tolerance"),
        (("burn", "50%", *ONE, "--tolerance", ""), "no price to limit"),
        (("add", "10tao", *ADD, "--limit", "cheap"), "is no price"),
        (("add", "10tao", *ADD, "--limit", "1", "--unsafe"), "--limit and --unsafe contradict"),
        (("add", "10tao", *ADD, "--tolerance", "1%", "--limit", "1"), "contradict each other"),
        (("add", "10tao", *ADD, "--unsafe", "--partial"), "means nothing with --unsafe"),
    ],
    ids=lambda one: " ".join(one) if isinstance(one, tuple) else None,
)
def test_what_cannot_be_meant_is_a_usage_error(
    words: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert said in refused(capsys, *words)


def test_netuids_are_repeated_or_joined_and_each_counts_once() -> None:
    assert options.netuids_of(["3", "1, 2", "3,1,"]) == [3, 1, 2]


def test_a_limit_is_what_was_said_or_the_tolerance_of_the_settings(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert options.limit_of(None, None, False) == Tolerance(10_000)
    assert options.limit_of("0.25%", None, False) == Tolerance(2_500)
    assert options.limit_of(None, "0.05", False) == Price(50_000_000)
    assert options.limit_of(None, None, True) == Unlimited()
    monkeypatch.setenv("TAOCTL_TOLERANCE", "2.5%")
    global_options.reset()
    assert options.limit_of(None, None, False) == Tolerance(25_000)


@pytest.mark.parametrize("value", ["1", "0%", "100%", "-1%", "much", "1.23456%"])
def test_a_tolerance_in_the_settings_that_is_none_says_where_it_stands(
    value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAOCTL_TOLERANCE", value)
    global_options.reset()
    with pytest.raises(UsageError, match="TAOCTL_TOLERANCE"):
        options.limit_of(None, None, False)
