"""`taoctl neuron list`, `show` and `risk`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from taoctl.cli import context, output
from taoctl.cli.arguments import Accounts
from taoctl.cli.neuron.app import app
from taoctl.cli.neuron.which import Netuid, NeuronName, uid_of, wanted
from taoctl.cli.output import Result, Section
from taoctl.errors import UsageError

if TYPE_CHECKING:
    from taoctl.chain.view import View
    from taoctl.reads.neurons import MyNeuronRow

LIST_SCHEMA = "taoctl.neuron.list/1"
SHOW_SCHEMA = "taoctl.neuron.show/1"
RISK_SCHEMA = "taoctl.neuron.risk/1"


@app.command("list")
def list_(accounts: Accounts = None) -> None:
    """Every UID of your wallets, with or without stake, and what it earns.

    A hotkey counts that a wallet holds or that its coldkey owns.

    \b
    Examples:
      taoctl neuron list
      taoctl neuron list my-wallet -o wide
      taoctl neuron list my-wallet -o csv
    """
    from taoctl.reads.neurons import MyNeuronRow, my_neurons

    coldkeys, hotkeys, names = context.keys(accounts or ())
    rows, origin = context.run(lambda view: my_neurons(view, coldkeys, hotkeys, names))
    section = Section(rows, MyNeuronRow)
    output.show(Result(LIST_SCHEMA, origin, (section,)))
    if not rows:
        output.note("no UID is of these keys; `taoctl subnet register NETUID` gets one")
    context.warn_insecure(output.addresses_in(section))


@app.command("show")
def show(netuid: Netuid, neuron: NeuronName) -> None:
    """Everything about one neuron.

    \b
    Examples:
      taoctl neuron show 1 7
      taoctl neuron show 1 my-wallet/default -o json
    """
    from taoctl.reads.neurons import MyNeuronRow

    which, names = wanted(neuron)

    async def work(view: View) -> MyNeuronRow:
        from taoctl.reads.neurons import neurons_of

        uid = await uid_of(view, netuid, which)
        rows = await neurons_of(view, {netuid: {uid}}, names)
        if not rows:
            raise UsageError(
                f"subnet {netuid} has no uid {uid}", f"see `taoctl subnet metagraph {netuid}`"
            )
        return rows[0]

    row, origin = context.run(work)
    section = Section([row], MyNeuronRow, single=True)
    output.show(Result(SHOW_SCHEMA, origin, (section,)))
    context.warn_insecure(output.addresses_in(section))


@app.command("risk")
def risk(
    accounts: Accounts = None,
    netuid: Annotated[
        str | None,
        typer.Option("--netuid", metavar="NETUID", help="Only neurons of this subnet."),
    ] = None,
) -> None:
    """How near your neurons are to losing their UID, the nearest first.

    A full subnet that takes a registration replaces the neuron with the least emission of the
    last epoch; of equal ones the oldest, then the lowest uid; those out of immunity first, as long
    as more than a least number of them remain; the owner's never. `in blocks` is what is to be
    expected were registrations to go on as in the last 7200 blocks, or since the subnet was made;
    `how` says what from.

    \b
    Examples:
      taoctl neuron risk
      taoctl neuron risk my-wallet --netuid 1
      taoctl neuron risk -o json | jq '.data[] | select(.prune_rank != null and .prune_rank <= 3)'
    """
    from taoctl.reads.risk import RiskRow, risks

    only = None if netuid is None else context.netuid(netuid)
    coldkeys, hotkeys, names = context.keys(accounts or ())
    rows, origin = context.run(lambda view: risks(view, coldkeys, hotkeys, names, only))
    section = Section(rows, RiskRow)
    output.show(Result(RISK_SCHEMA, origin, (section,)))
    context.warn_insecure(output.addresses_in(section))
