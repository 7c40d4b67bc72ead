"""`taoctl localnet`: a dev chain on this machine."""

from __future__ import annotations

import asyncio
import re
from dataclasses import asdict, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from taoctl import paths
from taoctl.cli import context, options, output
from taoctl.cli.localnet_port import RunningPort, running_port
from taoctl.cli.output import Origin
from taoctl.cli.writing import tao_amount
from taoctl.errors import UsageError
from taoctl.localnet import service
from taoctl.localnet.boot import Options
from taoctl.localnet.governance import read_governance
from taoctl.localnet.sealing import Seal
from taoctl.localnet.service import DEFAULT_PORT, Launch
from taoctl.units import rao_to_decimal

if TYPE_CHECKING:
    from taoctl.localnet.serve import Started

app = typer.Typer(help="A dev chain on this machine.", no_args_is_help=True, rich_markup_mode=None)

Port = Annotated[int, typer.Option("--port", min=0, max=65_535, help="Port of the localnet.")]
_LONG_SECONDS = 600.0
_CAPITAL = re.compile(r"([A-Z])")


class ScenarioName(StrEnum):
    """The chains a localnet can start from."""

    SMALL = "small"
    DEMO = "demo"
    MAINNET = "mainnet"


@app.command("up")
def up(
    port: Port = DEFAULT_PORT,
    scenario: Annotated[
        ScenarioName | None,
        typer.Option("--scenario", help="How many subnets; default as saved, else demo."),
    ] = None,
    block_time: Annotated[
        float, typer.Option("--block-time", metavar="SECONDS", help="0 makes blocks nonstop.")
    ] = 1.0,
    seal: Annotated[
        Seal, typer.Option("--seal", help="What makes a block: time, an extrinsic, or you.")
    ] = Seal.INTERVAL,
    state_dir: Annotated[
        Path | None, typer.Option("--state-dir", metavar="DIR", help="Where the chain is kept.")
    ] = None,
    sudo: Annotated[
        str | None,
        typer.Option("--sudo", metavar="SS58", help="The sudo key instead of the scenario's."),
    ] = None,
    governance: Annotated[
        str | None,
        typer.Option(
            "--governance",
            metavar="a|b|c|a,c|b,c",
            help="What of governance it has; default as saved, else b,c.",
        ),
    ] = None,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Start a new chain; the old one is moved aside.")
    ] = False,
    finality: Annotated[
        int | None,
        typer.Option(
            "--finality",
            metavar="BLOCKS",
            min=0,
            help="How far finality is behind; default 2, 0 if instant.",
        ),
    ] = None,
    fault: Annotated[
        list[str] | None,
        typer.Option(
            "--fault",
            metavar="FAULT",
            help="Let requests go wrong: latency=S,drop=P,disconnect=P,garbage=P,method=author_*.",
        ),
    ] = None,
    detach: Annotated[
        bool, typer.Option("--detach", help="Run in the background, return when ready.")
    ] = False,
) -> None:
    """Start a localnet, or go on with the one that was stopped.

    \b
    Examples:
      taoctl localnet up
      taoctl localnet up --scenario small --block-time 0.25 --detach
      taoctl localnet up --port 9955 --seal manual --fresh
      taoctl localnet up --governance a,c --fresh
      taoctl localnet up --fault latency=0.3 --fault 'disconnect=0.1,when=after,method=author_*'
    """
    where = state_dir if state_dir is not None else service.default_state_dir(port)
    where = paths.expanded(where).absolute()
    saved = None if fresh else service.saved_scenario(where)
    chosen = Options(
        scenario=scenario or saved or ScenarioName.DEMO,
        block_time=block_time,
        seal=seal,
        sudo=sudo,
        state_dir=where,
        fresh=fresh,
        finality_lag=finality,
        faults=tuple(fault or ()),
        governance=None if governance is None else read_governance(governance),
    )
    launch = service.check_launch(Launch(chosen, port))
    for text in chosen.faults:
        output.warn(f"requests will go wrong on purpose: {text}")
    if detach:
        output.require_form()
        running = service.start_detached(launch)
        _say_aside(running.moved_aside)
        text = f"{running.endpoint}\nstop it with `taoctl localnet down --port {running.port}`"
        output.show_data("taoctl.localnet.up/1", asdict(running), text)
        return
    from taoctl.localnet.launch import run

    asyncio.run(run(launch, _say_started))
    same_port = "" if port == DEFAULT_PORT else f" --port {port}"
    output.note(f"the localnet has stopped; `taoctl localnet up{same_port}` goes on from here")


def _say_started(started: Started) -> None:
    aside = started.moved_aside
    _say_aside(None if aside is None else str(aside))
    node = started.node
    output.note(
        f"{node.chain_name} is ready at block {node.best_number}: {started.endpoint}\n"
        f"state in {node.state_dir}; Ctrl-C stops it"
    )


def _say_aside(path: str | None) -> None:
    if path is not None:
        output.note(f"the old state is now in {path}")


@app.command("down")
def down(port: RunningPort = None) -> None:
    """Stop a localnet; its chain goes on with the next `up`.

    \b
    Examples:
      taoctl localnet down
      taoctl localnet down --port 9955
    """
    output.require_form()
    with running_port(port) as number:
        stopped = service.stop(number)
    text = f"the localnet on port {stopped.port} has stopped at block {stopped.block}"
    output.show_data("taoctl.localnet.down/1", asdict(stopped), text)


@app.command("status")
def status(port: RunningPort = None) -> None:
    """What a localnet is and where it stands, with its subnets' next epochs.

    \b
    Examples:
      taoctl localnet status
      taoctl localnet status --port 9955 -o json
    """
    with running_port(port) as number:
        data = service.status(number, timeout=_timeout())
    output.show_data(
        "taoctl.localnet.status/1", _snake_case(data), _status_text(data), _origin(data)
    )


@app.command("advance")
def advance(
    blocks: Annotated[int | None, typer.Option("--blocks", help="Make this many blocks.")] = None,
    epochs: Annotated[
        int | None, typer.Option("--epochs", help="Until a subnet had this many epochs.")
    ] = None,
    netuid: Annotated[int | None, typer.Option("--netuid", help="The subnet of --epochs.")] = None,
    port: RunningPort = None,
) -> None:
    """Make blocks now instead of waiting for them.

    \b
    Examples:
      taoctl localnet advance --blocks 100
      taoctl localnet advance --epochs 2 --netuid 1
    """
    if (blocks is None) == (epochs is None) or (epochs is None) != (netuid is None):
        raise UsageError(
            "say how far to advance", "use --blocks N, or --epochs N together with --netuid N"
        )
    if (blocks if blocks is not None else epochs or 0) < 1:
        raise UsageError("there is nothing to advance by", "use a number from 1 on")
    output.require_form()
    with running_port(port) as number:
        if blocks is not None:
            service.ask(number, "dev_newBlock", {"count": blocks}, timeout=_LONG_SECONDS)
        else:
            service.ask(number, "dev_advanceEpochs", netuid, epochs, timeout=_LONG_SECONDS)
        data = service.status(number, timeout=_timeout())
    shown = _snake_case({key: data[key] for key in ("block", "blockHash", "finalized")})
    output.show_data("taoctl.localnet.advance/1", shown, f"block {data['block']}", _origin(data))


@app.command("faucet")
def faucet(
    account: Annotated[
        str,
        typer.Argument(
            metavar="SS58|NAME",
            help="Who gets the TAO.",
            autocompletion=context.account_completions,
        ),
    ],
    amount: Annotated[str, typer.Argument(metavar="AMOUNT", help="How much TAO, such as 100.")],
    port: RunningPort = None,
) -> None:
    """Give an account TAO out of nothing, which only a localnet can.

    \b
    Examples:
      taoctl localnet faucet 5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY 100
      taoctl localnet faucet my-wallet 100
    """
    account = context.account(account).ss58
    wanted = tao_amount(amount)
    output.require_form()
    with running_port(port) as number:
        data = service.ask(number, "dev_faucet", account, str(wanted.rao), timeout=_LONG_SECONDS)
        now = _origin(service.status(number, timeout=_timeout()))
    free = rao_to_decimal(int(data["freeRao"]))
    text = f"{account} has {free} TAO free since block {data['block']}"
    shown = {
        "account": account,
        "amount": _tao(wanted.rao),
        "free": _tao(int(data["freeRao"])),
        "block": data["block"],
        "block_hash": data["blockHash"],
    }
    origin = replace(now, block=data["block"], block_hash=data["blockHash"])
    output.show_data("taoctl.localnet.faucet/1", shown, text, origin)


def _snake_case(data: Any) -> Any:
    """Data of a dev RPC with the key style of every other answer."""
    if isinstance(data, dict):
        return {_CAPITAL.sub(r"_\1", key).lower(): _snake_case(one) for key, one in data.items()}
    return [_snake_case(one) for one in data] if isinstance(data, list) else data


def _tao(rao: int) -> dict[str, str]:
    return {"rao": str(rao), "tao": rao_to_decimal(rao)}


def _timeout() -> float:
    return options.current().config().timeout


def _origin(data: dict[str, Any]) -> Origin:
    return Origin(
        network=data["endpoint"],
        genesis=data["genesisHash"],
        block=data["block"],
        block_hash=data["blockHash"],
        spec_version=data["specVersion"],
        simulated=True,
    )


def _status_text(data: dict[str, Any]) -> str:
    pool = data["pool"]
    pairs = [
        ("scenario", data["scenario"]),
        ("endpoint", data["endpoint"]),
        ("block", f"{data['block']} {data['blockHash']}"),
        ("finalized", data["finalized"]),
        ("block time", f"{data['blockTime']:g} s"),
        ("seal", data["seal"]),
        ("pool", f"{pool['ready']} ready, {pool['future']} future"),
        ("faults", "; ".join(data["faults"]) or "none"),
        ("state", data["stateDir"]),
        ("process", data["pid"]),
        ("sudo", data["sudo"]),
        ("governance", data["governance"] or "-"),
    ]
    if data["problem"]:
        pairs.append(("problem", data["problem"]))
    lines = [f"{name:<11} {value}" for name, value in pairs]
    lines += ["", "subnet  tempo  last epoch  next epoch"]
    for subnet in data["subnets"]:
        upcoming = subnet["nextEpoch"]
        due = "-" if upcoming is None else f"{upcoming} (in {max(0, upcoming - data['block'])})"
        lines.append(
            f"{subnet['netuid']:>6}  {subnet['tempo']:>5}  {subnet['lastEpoch']:>10}  {due}"
        )
    lines += ["", "dev accounts, INSECURE: everybody knows their keys"]
    lines += [f"{one['name']:<10} {one['ss58']}" for one in data["devAccounts"]]
    return "\n".join(lines)
