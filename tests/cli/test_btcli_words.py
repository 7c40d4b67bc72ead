"""Words of btcli's: the error names the command that does the same here."""

from __future__ import annotations

import re
from typing import Any

import pytest

from taoctl.cli.btcli_words import commands, here_for
from taoctl.cli.dispatch import tree
from taoctl.cli.main import main


def command_of(line: str) -> tuple[Any, list[str]]:
    """The command that a line names past values for groups, and the words after it."""
    command, rest = tree(), line.split()
    while rest and hasattr(command, "list_commands"):
        word, *rest = rest
        if not word.isupper():
            command = command.get_command(command.context_class(command), word)
            assert command is not None, f"{line}: no command {word}"
    return command, rest


@pytest.mark.parametrize("line", commands())
def test_a_command_that_is_named_for_btclis_exists_with_its_options(line: str) -> None:
    command, rest = command_of(line)
    known = {name for one in command.params for name in (*one.opts, *one.secondary_opts)}
    arguments = [one for one in command.params if one.param_type_name == "argument"]
    assert [word for word in rest if word.startswith("-") and word not in known] == []
    assert len([word for word in rest if not word.startswith("-")]) <= len(arguments)


@pytest.mark.parametrize(
    ("line", "here"),
    [
        ("s list", "`taoctl subnet list`"),
        ("s", "`taoctl subnet`"),
        ("s nonsense", "`taoctl subnet`"),
        ("subnets metagraph 1", "`taoctl subnet metagraph`"),
        ("-n test s list -o json", "`taoctl subnet list`"),
        ("st add --wallet me", "`taoctl stake add`"),
        ("w", "`taoctl wallet`"),
        ("sudo", "`taoctl subnet hyperparameters`"),
        ("su set", "`taoctl subnet hyperparameters NETUID set`"),
        ("sudo nonsense", "`taoctl subnet hyperparameters`"),
        ("root list", "`taoctl subnet metagraph 0`"),
        ("metagraph 1", "`taoctl subnet metagraph`"),
        ("overview", "`taoctl wallet overview`"),
        ("subnet burn_cost", "`taoctl subnet create --dry-run` or `taoctl subnet show`"),
        ("s burn-cost", "`taoctl subnet create --dry-run` or `taoctl subnet show`"),
        ("weights commit", "`taoctl weights set`"),
        ("wallet regen-coldkey", "`taoctl wallet import`"),
        ("w regen_hotkey", "`taoctl wallet import`"),
        ("wallet faucet", "`taoctl localnet faucet`"),
        ("stake children set", "`taoctl stake child`"),
    ],
)
def test_a_command_of_btclis_is_answered_with_the_one_here(
    line: str, here: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(line.split()) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert f"here that is {here}; see `taoctl" in " ".join(err.split())
    assert "Did you mean" not in err


@pytest.mark.parametrize(
    ("line", "near"),
    [
        ("subnt list", "subnet"),
        ("walet", "wallet"),
        ("stake lst", "list"),
        ("wallet new-cold", "new-coldkey"),
    ],
)
def test_a_slip_is_answered_with_what_is_near(
    line: str, near: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(line.split()) == 2
    assert re.search(rf"Did you mean .*'{near}'", capsys.readouterr().err)


@pytest.mark.parametrize("line", ["", "subnet list", "wallet nonsense", "nonsense"])
def test_words_that_are_not_btclis_alone_name_nothing(line: str) -> None:
    assert here_for(line.split()) == ()


def test_a_hostile_word_reaches_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["\x1b[31mx" * 100]) == 2
    err = capsys.readouterr().err
    assert "\x1b" not in err
    assert len(err) < 300
