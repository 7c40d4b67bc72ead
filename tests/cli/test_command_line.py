"""The command line before any chain is asked: help, options, errors, exit codes."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from taoctl import __version__
from taoctl.cli import options
from taoctl.cli.dispatch import tree, wants_json
from taoctl.cli.main import main
from taoctl.cli.options import Format
from taoctl.cli.schemas import every

TAOCTL = Path(sys.executable).with_name("taoctl")
NOBODY = "ws://127.0.0.1:1"


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in list(os.environ):
        if name.startswith(("TAOCTL_", "BT_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("TAOCTL_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("TAOCTL_WALLET_PATH", str(tmp_path / "wallets"))
    return tmp_path


def leaves(command: Any, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    import typer

    if not hasattr(command, "list_commands"):
        return [path]
    context = typer.Context(command)
    return [
        leaf
        for name in command.list_commands(context)
        for leaf in leaves(command.get_command(context, name), (*path, name))
    ]


@pytest.mark.parametrize("flag", ["--version", "-V"])
def test_the_version_is_on_stdout(flag: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([flag]) == 0
    assert capsys.readouterr().out == f"taoctl {__version__}\n"


def test_the_version_is_said_beside_other_options(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["-o", "json", "--version"]) == 0
    assert capsys.readouterr().out == f"taoctl {__version__}\n"


def test_without_arguments_there_is_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    out = capsys.readouterr().out
    assert "Examples:" in out
    assert out.index("Examples:") < out.index("Options:")
    for name in ("chain", "subnet", "wallet", "stake", "query", "completion", "dash"):
        assert f"\n  {name} " in out


@pytest.mark.parametrize("path", leaves(tree()), ids=" ".join)
def test_every_command_has_help_with_examples_first(
    path: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*path, "--help"]) == 0
    out = capsys.readouterr().out
    assert "Examples:" in out
    assert out.index("Examples:") < out.index("Options:")
    assert "--network" in out
    assert "install-completion" not in out


def groups(command: Any, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    import typer

    if not hasattr(command, "list_commands"):
        return []
    context = typer.Context(command)
    inside = (
        group
        for name in command.list_commands(context)
        for group in groups(command.get_command(context, name), (*path, name))
    )
    return [path, *inside]


@pytest.mark.parametrize("path", groups(tree()), ids=" ".join)
def test_no_line_about_a_command_is_cut_short(
    path: tuple[str, ...], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert main([*path, "--help"]) == 0
    listed = capsys.readouterr().out.partition("\nCommands:\n")[2].splitlines()
    assert [one for one in listed if one.endswith("...") or len(one) > 80] == []
    assert listed or not path or path == ("query",)


@pytest.mark.parametrize(
    ("argv", "hint"),
    [
        (
            ["stake", "add"],
            "write `taoctl stake add AMOUNT` and the options; see `taoctl stake add",
        ),
        (["stake", "add", "--amount", "10"], "write `taoctl stake add AMOUNT` and the options"),
        (["stake", "unstake-all", "--nope"], "see `taoctl stake unstake-all --help`"),
        (["stake", "wizard"], "see `taoctl stake --help`"),
    ],
)
def test_wrong_usage_tells_which_arguments_there_are(
    argv: list[str], hint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(argv) == 2
    assert f"hint: {hint}" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["nonsense"], "No such command 'nonsense'"),
        (["subnet", "lst"], "Did you mean 'list'"),
        (["subnet", "show"], "Missing argument"),
        (["subnet", "show", "x"], "'x' is not a subnet number"),
        (["subnet", "show", "-1"], "No such option"),
        (["subnet", "show", "65536"], "'65536' is not a subnet number"),
        (["subnet", "metagraph", "9" * 5000], "is not a subnet number"),
        (["query", "--list", "-o", "csv"], "no rows to write as CSV"),
        (["subnet", "list", "--nope"], "No such option: --nope"),
        (["subnet", "list", "-o", "xml"], "Invalid value for '-o'"),
        (["subnet", "list", "--timeout", "0", "-n", NOBODY], "timeout cannot be '0.0'"),
        (["query", "nonsense"], "there is no read 'nonsense'"),
        (["query", "metagraph"], "netuid is missing"),
        (["query", "metagraph", "1", "2"], "one argument too many"),
        (["query", "metagraph", "²"], "is not a subnet number"),
        (["neuron", "probe", "1", "--within", "nan", "-n", NOBODY], "nan is not a number"),
        (["tx", "wait", "1", "--limit", "nan"], "nan is not a number"),
        (["wallet", "balance", "nobody"], "neither an address, a wallet in"),
        (["stake", "list", "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQZ"], "checksum"),
        (["wallet", "balance"], "there are no wallets in"),
        (["chain", "block", "5", "--at-block", "6"], "the block was given twice"),
        (["dash"], "the dashboard needs a terminal"),
    ],
)
def test_wrong_usage_is_exit_2_with_a_message(
    argv: list[str], message: str, own_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if argv[-1] == "nobody":
        (own_home / "wallets" / "other" / "hotkeys").mkdir(parents=True)
        (own_home / "wallets" / "other" / "coldkey").touch()
        message = "is neither an address, a wallet in"
    assert main(argv) == 2
    captured = capsys.readouterr()
    assert message.lower() in captured.err.lower()
    assert "Traceback" not in captured.err
    assert captured.out == ""


@pytest.mark.parametrize("argv", [["subnet", "show", "x"], ["wallet", "balance"], ["nonsense"]])
@pytest.mark.parametrize("place", ["before", "after"])
def test_errors_are_json_on_stderr_when_json_is_asked_for(
    argv: list[str], place: str, capsys: pytest.CaptureFixture[str]
) -> None:
    wanted = ["-o", "json"]
    assert main(wanted + argv if place == "before" else argv + wanted) == 2
    captured = capsys.readouterr()
    problem = json.loads(captured.err)
    assert problem["schema"] == "taoctl.error/1"
    assert problem["error"]["code"] == "usage"
    assert problem["error"]["exit_code"] == 2
    assert captured.out == ""


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("stake list", "[SS58|NAME]..."),
        ("wallet balance", "[SS58|NAME]..."),
        ("query", "[NAME] [ARGUMENT]..."),
        ("subnet show", "{NETUID}"),
    ],
)
def test_usage_says_what_and_how_many(
    path: str, expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*path.split(), "--help"]) == 0
    usage = capsys.readouterr().out.splitlines()[0]
    assert usage == f"Usage: taoctl {path} [OPTIONS] {expected}"


def test_an_endpoint_that_is_down_is_exit_3_and_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["subnet", "list", "-n", f"{NOBODY},ws://127.0.0.1:2"]) == 3
    err = capsys.readouterr().err
    assert NOBODY in err
    assert "ws://127.0.0.1:2" in err


def test_an_unknown_network_is_a_usage_error_and_lists_the_known(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["chain", "info", "-n", "nowhere"]) == 2
    assert "finney, test, archive, local" in capsys.readouterr().err


@pytest.mark.parametrize(
    "argv",
    [
        ["-n", NOBODY, "-o", "yaml", "subnet", "-q", "list"],
        ["subnet", "-n", NOBODY, "list", "-q", "-o", "yaml"],
        ["subnet", "list", "-q", "-n", NOBODY, "-oyaml"],
        [
            "-n",
            "finney",
            "-o",
            "json",
            "subnet",
            "list",
            "-q",
            "--network",
            NOBODY,
            "--output=yaml",
        ],
    ],
)
def test_global_options_work_anywhere_and_the_nearer_wins(argv: list[str]) -> None:
    assert main(argv) == 3
    found = options.current()
    assert (found.network, found.output, found.quiet) == (NOBODY, Format.YAML, True)
    assert isinstance(found.output, Format)


def test_options_of_one_command_do_not_reach_the_next() -> None:
    main(["-q", "-n", NOBODY, "subnet", "list"])
    main(["--version", "-o", "json"])
    assert not options.current().quiet
    assert options.current().network is None


@pytest.mark.parametrize(
    ("argv", "expected"),
    [
        (["-o", "json"], True),
        (["--output", "ndjson"], True),
        (["--output=json"], True),
        (["-ojson"], True),
        (["-o", "table"], False),
        (["subnet", "list"], False),
    ],
)
def test_json_errors_are_wanted_even_when_parsing_failed(argv: list[str], expected: bool) -> None:
    options.reset()
    assert wants_json(argv) is expected


def test_the_environment_chooses_the_format(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TAOCTL_OUTPUT", "json")
    assert main(["query", "--list"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert "subnets" in {read["name"] for read in listed["data"]}
    assert main(["query", "--list", "-o", "json"]) == 0
    assert capsys.readouterr().out.startswith('{\n  "schema"')
    assert main(["query", "--list", "-o", "table"]) == 0
    assert "\nbalances [SS58|NAME]..." in capsys.readouterr().out


def test_every_setting_says_where_it_comes_from(
    own_home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = own_home / "home" / "config" / "config.toml"
    file.parent.mkdir(parents=True)
    file.write_text(
        'current = "one"\n[contexts.one]\nnetwork = "test"\ntimeout = 7\n'
        '[contexts.two]\nnetwork = "wss://me:pass@node.example/v1/0123abcd"\n'
    )
    monkeypatch.setenv("TAOCTL_TIMEOUT", "9")

    def explained(*words: str) -> tuple[str | None, dict[str, tuple[str | None, str]]]:
        assert main(["config", "explain", "-o", "json", *words]) == 0
        captured = capsys.readouterr()
        assert captured.err == ""
        answer = json.loads(captured.out)
        jsonschema.validate(answer, every()["taoctl.config.explain.1.json"])
        data = answer["data"]
        assert data["file"] == str(file)
        return data["context"], {s["name"]: (s["value"], s["source"]) for s in data["settings"]}

    context, found = explained("--wallet", "a", "--wallet", "b")
    assert context == "one"
    assert found["network"] == ("test", f"context one in {file}")
    assert found["timeout"] == ("9.0", "$TAOCTL_TIMEOUT")
    assert found["wallet"] == ("a, b", "--wallet")
    assert found["output"] == ("json", "--output")
    context, found = explained("--context", "two")
    assert context == "two"
    assert found["network"][0] == "wss://node.example/v1/…"
    assert found["wallet"] == (None, "default")
    monkeypatch.setenv("TAOCTL_CONTEXT", "two")
    assert explained()[0] == "two"
    assert main(["config", "explain", "--context", "three"]) == 2
    assert "contexts there: one, two" in capsys.readouterr().err
    assert main(["config", "explain"]) == 0
    assert str(file) in capsys.readouterr().err


def test_a_broken_setting_is_a_message(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TAOCTL_OUTPUT", "xml")
    assert main(["query", "--list"]) == 2
    assert "$TAOCTL_OUTPUT" in capsys.readouterr().err


def test_an_unexpected_error_leaves_a_file_and_no_secret(
    own_home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    words = "abandon ability able about above absent absorb abstract absurd abuse access accident"
    secret = f"0x{'5a' * 32} {words} wss://node.example/v1/key"

    def fail(*_: object) -> None:
        raise ZeroDivisionError(secret)

    monkeypatch.setattr("taoctl.cli.query._list", fail)
    assert main(["query", "--list", "-o", "json"]) == 1
    captured = capsys.readouterr()
    problem = json.loads(captured.err)["error"]
    assert problem["code"] == "bug"
    assert "ZeroDivisionError" in problem["message"]
    (crash,) = (own_home / "home" / "state" / "crashes").iterdir()
    assert str(crash) in problem["message"]
    assert crash.stat().st_mode & 0o077 == 0
    text = crash.read_text()
    assert "test_command_line.py" in text
    for part in ("5a5a5a", "abandon ability", "node.example"):
        assert part not in text
        assert part not in captured.err


def test_an_unwritable_state_folder_does_not_hide_an_unexpected_error(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("taoctl.cli.query._list", fail)
    monkeypatch.setenv("TAOCTL_HOME", "/proc/nowhere")
    assert main(["query", "--list"]) == 1
    assert "ZeroDivisionError" in capsys.readouterr().err


def test_a_closed_pipe_ends_quietly() -> None:
    command = f"'{TAOCTL}' query --list -o json | head -c 1"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0
    assert done.stderr == ""


def in_shell(command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize("reader", ["true", "head -c 1"])
def test_a_reader_that_leaves_is_no_error(reader: str, tmp_path: Path) -> None:
    script = tmp_path / "long.py"
    script.write_text(
        "import sys\n"
        "from taoctl.cli import main, query\n"
        "query._list = lambda reads: query.output.write('x' * 1_000_000)\n"
        "sys.argv = ['taoctl', 'query', '--list']\n"
        "main.run()\n"
    )
    done = in_shell(f"'{sys.executable}' '{script}' | {reader}; exit ${{PIPESTATUS[0]}}")
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ("query --list > /dev/full", 1),
        ("query --list -o json > /dev/full", 1),
        ("--version > /dev/full", 1),
        ("--help > /dev/full", 1),
        ("subnet > /dev/full", 1),
        ("completion generate zsh > /dev/full", 1),
        ("query --list > /dev/null 2> /dev/full", 0),
        ("nonsense 2> /dev/full", 2),
        ("query --list >&-", 0),
        ("nonsense 2>&-", 2),
    ],
)
def test_streams_that_take_nothing_leave_no_traceback(command: str, code: int) -> None:
    done = in_shell(f"'{TAOCTL}' {command}")
    assert done.returncode == code
    assert "Traceback" not in done.stderr
    assert "bug" not in done.stderr
    if command.endswith(" > /dev/full"):
        assert "could not be written" in done.stderr


def complete(*words: str) -> list[str]:
    environment = {
        **os.environ,
        "_TAOCTL_COMPLETE": "complete_bash",
        "COMP_WORDS": "\n".join(("taoctl", *words)),
        "COMP_CWORD": str(len(words)),
    }
    done = subprocess.run([TAOCTL], env=environment, capture_output=True, text=True, timeout=60)
    assert done.stderr == ""
    return done.stdout.split()


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("sub",), ["subnet"]),
        (("lab", ""), ["swap", "epoch", "stake"]),
        (("query", "wei"), ["weight-ages", "weight-commits", "weights"]),
        (("-o", ""), [str(one) for one in Format]),
        (("subnet", "list", "--at"), ["--at-block"]),
    ],
)
def test_completion_knows_commands_options_and_reads(
    words: tuple[str, ...], expected: list[str]
) -> None:
    assert complete(*words) == expected


def test_completion_knows_the_wallets(own_home: Path) -> None:
    for name in ("miner", "minority", "other", "min\x1bevil"):
        (own_home / "wallets" / name).mkdir(parents=True)
    assert complete("stake", "list", "min") == ["miner", "minority"]


def test_the_bash_script_completes_in_bash() -> None:
    script = f"""
    PATH={TAOCTL.parent}:$PATH
    eval "$(taoctl completion generate bash)"
    COMP_WORDS=(taoctl subnet met) COMP_CWORD=2
    _taoctl taoctl
    echo "${{COMPREPLY[@]}}"
    """
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "metagraph"


@pytest.mark.skipif(shutil.which("fish") is None, reason="fish is not installed")
def test_the_fish_script_completes_in_fish() -> None:
    script = f"""
    set -x PATH {TAOCTL.parent} $PATH
    taoctl completion generate fish | source
    complete -C "taoctl subnet met"
    """
    done = subprocess.run(["fish", "-c", script], capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "metagraph"
