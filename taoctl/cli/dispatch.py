"""The command tree and what becomes of its errors."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import suppress
from itertools import pairwise
from typing import Annotated, Any

import typer
import typer.main

from taoctl import __version__
from taoctl.cli import options
from taoctl.cli.endless import Stopped
from taoctl.cli.groups import Lazy, LazyGroup, with_globals
from taoctl.cli.output import PipeClosed, is_unwritten, unwritten
from taoctl.errors import Exit, StoppedError, TaoctlError, UsageError

_EXAMPLES = """\
Operate Bittensor from a terminal: miners, validators, subnets, stake.

\b
Examples:
  taoctl demo                          a live dashboard on a chain of its own
  taoctl subnet list                   every subnet of the main network
  taoctl subnet metagraph 1 -o json    all neurons of subnet 1, for a script
  taoctl wallet balance my-wallet      what a wallet holds and stakes
  taoctl dash -n test                  the dashboard on the test network
"""


class Root(LazyGroup):
    """The top of the command tree."""

    lazy = {
        "address": Lazy("taoctl.cli.address", "Names for addresses and multisig accounts."),
        "chain": Lazy("taoctl.cli.chain", "The chain itself: runtime, head, blocks, any call."),
        "completion": Lazy("taoctl.cli.completion", "Completion scripts for shells."),
        "config": Lazy("taoctl.cli.config", "The settings that hold, and where they come from."),
        "dash": Lazy("taoctl.cli.dash", "The live dashboard."),
        "demo": Lazy("taoctl.cli.demo", "The dashboard on a throwaway chain of its own."),
        "explain": Lazy("taoctl.cli.explain", "What an error or a word means."),
        "gov": Lazy("taoctl.cli.gov", "Governance: proposals, what they do, votes."),
        "identity": Lazy("taoctl.cli.identity", "What coldkeys say of themselves."),
        "lab": Lazy("taoctl.cli.lab", "The chain's arithmetic, to try things with."),
        "localnet": Lazy("taoctl.cli.localnet", "A dev chain on this machine."),
        "multisig": Lazy("taoctl.cli.multisig", "Accounts that several keys share."),
        "network": Lazy("taoctl.cli.network", "Figures of all subnets together."),
        "neuron": Lazy("taoctl.cli.neuron", "Neurons: what they get, why, and their risk."),
        "proxy": Lazy("taoctl.cli.proxy", "Who may act for an account."),
        "query": Lazy("taoctl.cli.query", "Every read by name."),
        "stake": Lazy("taoctl.cli.stake", "Stake: positions, quotes, trades, claims, locks."),
        "subnet": Lazy("taoctl.cli.subnet", "Subnets, their neurons and hyperparameters."),
        "tx": Lazy("taoctl.cli.tx", "What became of the transactions sent from here."),
        "wallet": Lazy("taoctl.cli.wallet", "Keys on this machine, and what they hold."),
        "weights": Lazy("taoctl.cli.weights", "Weights: set, commit, reveal, and see them."),
    }


app = typer.Typer(
    name="taoctl",
    cls=Root,
    help=_EXAMPLES,
    no_args_is_help=True,
    add_completion=True,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

_ClickException: type[Exception] = typer.BadParameter.__mro__[2]


def _version(wanted: bool) -> None:
    if wanted:
        sys.stdout.write(f"taoctl {__version__}\n")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool,
        typer.Option("-V", "--version", is_eager=True, callback=_version, help="Say the version."),
    ] = False,
) -> None:
    """Say the version, or go on to a subcommand."""


def tree() -> Any:
    """The whole command tree as click sees it; subcommands load when they are asked for."""
    command = typer.main.get_command(app)
    command.name = "taoctl"
    with_globals(command)
    return command


def dispatch(argv: Sequence[str]) -> int:
    """Run one command line; every error ends as a message on stderr and an exit code."""
    options.reset()
    try:
        code = tree().main(list(argv), prog_name="taoctl", standalone_mode=False)
    except TaoctlError as problem:
        return _fail(problem, argv)
    except PipeClosed:
        return int(Exit.DONE)
    except _ClickException as problem:
        return _usage(problem, argv)
    except Stopped:
        return int(Exit.INTERRUPTED)
    except (KeyboardInterrupt, typer.Abort):
        return _fail(StoppedError("interrupted"), argv)
    except (BrokenPipeError, SystemExit):
        raise
    except OSError as problem:
        # Help is written by click itself, so that a full disk shows here.
        return _fail(unwritten(problem), argv) if is_unwritten(problem) else _crash(problem, argv)
    except Exception as problem:
        return _crash(problem, argv)
    if code == Exit.INTERRUPTED:
        return _fail(StoppedError("interrupted"), argv)
    return code if isinstance(code, int) else Exit.DONE


class _Crash(TaoctlError):
    """Something that should not happen."""

    code = "bug"


def _fail(problem: TaoctlError, argv: Sequence[str]) -> int:
    from taoctl.cli import output

    output.error(problem, as_json=wants_json(argv))
    return int(problem.exit_code)


def _usage(problem: Any, argv: Sequence[str]) -> int:
    context = getattr(problem, "ctx", None)
    if type(problem).__name__ == "NoArgsIsHelpError" and context is not None:
        sys.stdout.write(context.get_help() + "\n")
        return int(Exit.DONE)
    hint = _usage_hint(context) if context is not None else None
    message = " ".join(str(problem.format_message()).split()).rstrip(".")
    if str(getattr(problem, "option_name", ""))[1:2].isdecimal():
        hint = "what begins with a dash is an option; no amount or number here is negative"
    return _fail(UsageError(message, hint), argv)


def _usage_hint(context: Any) -> str:
    """Where to read on; of a command that takes arguments, which they are."""
    help_ = f"see `{context.command_path} --help`"
    if hasattr(context.command, "commands"):
        return help_
    pieces = context.command.collect_usage_pieces(context)
    arguments = " ".join(one.strip("{}") for one in pieces if one != "[OPTIONS]")
    if not arguments:
        return help_
    return f"write `{context.command_path} {arguments}` and the options; {help_}"


def _crash(problem: Exception, argv: Sequence[str]) -> int:
    from taoctl.cli.crash import report

    return _fail(_Crash(report(problem), "please report it with that file"), argv)


def wants_json(argv: Sequence[str]) -> bool:
    """Whether errors are to be JSON, even when the command line could not be parsed."""
    machine = (options.Format.JSON, options.Format.NDJSON)
    with suppress(TaoctlError):
        if options.current().format in machine:
            return True
    words = list(argv)
    values = [after for before, after in pairwise(words) if before in _FLAGS]
    values += [word.split("=", 1)[1] for word in words if word.startswith("--output=")]
    values += [word[2:] for word in words if word.startswith("-o") and len(word) > 2]
    return any(value in machine for value in values)


_FLAGS = ("-o", "--output")
