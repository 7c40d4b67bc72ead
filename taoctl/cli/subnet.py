"""`taoctl subnet`: subnets, their neurons and hyperparameters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from taoctl.cli import context, output
from taoctl.cli.output import Result, Section
from taoctl.cli.subnet_create import create, start
from taoctl.cli.subnet_emission import emission
from taoctl.cli.subnet_hyperparameter_files import app as hyperparameters
from taoctl.cli.subnet_list import list_
from taoctl.cli.subnet_mechanisms import app as mechanisms
from taoctl.cli.subnet_naming import identity, symbol
from taoctl.cli.subnet_owner import owner
from taoctl.cli.subnet_price import price
from taoctl.cli.subnet_prune_order import prune_order
from taoctl.cli.subnet_register import register
from taoctl.cli.subnet_tempo import app as tempo
from taoctl.cli.subnet_title import subnet_title
from taoctl.cli.subnet_trim import trim

if TYPE_CHECKING:
    from taoctl.reads.subnets import SubnetRow

app = typer.Typer(
    help="Subnets, their neurons and hyperparameters.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Netuid = Annotated[
    int, typer.Argument(metavar="NETUID", help="Subnet number.", parser=context.netuid)
]


@app.command("show")
def show(netuid: Netuid) -> None:
    """Everything about one subnet.

    `slippage` is what buys of 1, 10 and 100 TAO, each alone, would lose of their value at the
    price. `next burn` is the price of a registration in the next block, `risen burn` its price
    there after one. `locked` is what creating the subnet took, `new subnet` what another one costs.

    \b
    Examples:
      taoctl subnet show 1
      taoctl subnet show 1 -o yaml
    """
    from taoctl.reads.subnet_detail import SubnetDetailRow, subnet_detail

    row, origin = context.run(lambda view: subnet_detail(view, netuid))
    section = Section([row], SubnetDetailRow, single=True)
    output.show(Result("taoctl.subnet.show/1", origin, (section,)))


@app.command("metagraph")
def metagraph_(netuid: Netuid) -> None:
    """Every neuron of a subnet at one block.

    \b
    Examples:
      taoctl subnet metagraph 1
      taoctl subnet metagraph 1 -o wide | less -S
      taoctl subnet metagraph 1 -o json | jq '.data.neurons[] | select(.prune_rank == 1)'
    """
    from taoctl.reads.metagraph import NeuronRow, metagraph
    from taoctl.reads.subnets import SubnetRow

    graph, origin = context.run(lambda view: metagraph(view, netuid))
    result = Result(
        "taoctl.subnet.metagraph/1",
        origin,
        (
            Section([graph.subnet], SubnetRow, key="subnet", single=True, people=False),
            Section(graph.neurons, NeuronRow, key="neurons"),
        ),
        extra={
            "immunity_period_blocks": graph.immunity_period_blocks,
            "max_validators": graph.max_validators,
        },
        headline=_headline(graph.subnet),
    )
    output.show(result)
    context.warn_insecure(neuron.coldkey for neuron in graph.neurons)


def _headline(row: SubnetRow) -> str:
    """A subnet in one line for people."""
    from taoctl.reads.columns import column
    from taoctl.reads.subnets import SubnetRow

    keys = ("price_rao", "neurons", "burn_rao", "tempo", "next_epoch_block")
    columns = [column(SubnetRow, key) for key in keys]
    facts = (f"{one.title} {one.of(row)}" for one in columns)
    return f"{subnet_title(row.netuid, row.name)} · {' · '.join(facts)}"


app.add_typer(hyperparameters, name="hyperparameters")
app.add_typer(hyperparameters, name="hyperparams", hidden=True)
app.add_typer(identity, name="identity")
app.add_typer(mechanisms, name="mechanisms")
app.add_typer(tempo, name="tempo")
app.command("emission")(emission)
app.command("list")(list_)
app.command("owner")(owner)
app.command("price")(price)
app.command("prune-order")(prune_order)
app.command("register")(register)
app.command("symbol")(symbol)
app.command("trim")(trim)
app.command("create")(create)
app.command("start")(start)
