"""`taoctl neuron explain`: why this incentive, or these dividends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taoctl.cli import context, output
from taoctl.cli.neuron.app import app
from taoctl.cli.neuron.which import Netuid, NeuronName, uid_of, wanted
from taoctl.cli.output import Result, Section

if TYPE_CHECKING:
    from taoctl.chain.view import View
    from taoctl.reads.explain import Explanation

EXPLAIN_SCHEMA = "taoctl.neuron.explain/1"
_BY_STAKE = (
    "nobody got incentive or dividends in this epoch, so that its emission went by stake: by that "
    "of active validators with a permit, or, where there is none, of all"
)


@app.command("explain")
def explain_(netuid: Netuid, neuron: NeuronName) -> None:
    """Why a neuron got this incentive or these dividends in its subnet's last epoch.

    The epoch is run again from the state of the block before it, and `equals chain` says whether
    all of it came out as the chain stored it. A miner's rank adds up, over the validators that
    weigh it, the weight, cut down to consensus, times the validator's part of the stake; incentive
    is its part of all ranks. A validator's dividends add up, over the neurons it has bonds in, its
    part of the bonds times their incentive, with Yuma3 times its part of the stake.

    \b
    Examples:
      taoctl neuron explain 1 7
      taoctl neuron explain 1 my-wallet/validator
      taoctl neuron explain 1 7 -o json | jq '.data.weights'
    """
    from taoctl.reads.explain import BondPartRow, EarnedRow, WeightPartRow

    which, names = wanted(neuron)

    async def work(view: View) -> Explanation:
        from taoctl.reads.explain import explain

        return await explain(view, netuid, await uid_of(view, netuid, which), names)

    found, origin = context.run(work)
    shown = frozenset({"mechid"} if len(found.earned) > 1 else ())
    sections = (
        Section(found.earned, EarnedRow, key="mechanisms", listed=True),
        Section(found.bonds, BondPartRow, key="bonds", people=bool(found.bonds), shown=shown),
        Section(
            found.weights, WeightPartRow, key="weights", people=bool(found.weights), shown=shown
        ),
    )
    # The last one is what formats of rows alone hold.
    by_rows = tuple(sorted(sections, key=lambda one: bool(one.rows)))
    output.show(Result(EXPLAIN_SCHEMA, origin, by_rows))
    first = found.earned[0]
    if first.differs_in is not None:
        output.warn(
            f"the chain stored another {first.differs_in}: its runtime may count otherwise, or "
            "the neuron was replaced in the epoch's own block"
        )
    if any(one.by_stake for one in found.earned):
        output.note(_BY_STAKE)
    context.warn_insecure(address for one in sections for address in output.addresses_in(one))
