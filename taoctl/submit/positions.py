"""What a transaction that trades on no pool did to stake, read beside its block."""

from __future__ import annotations

from taoctl.calls.base import Effect
from taoctl.calls.stake.desk import Desk
from taoctl.chain.client import Chain
from taoctl.errors import TaoctlError
from taoctl.submit.outcome import Outcome
from taoctl.submit.plan import Plan


async def positions_changed(chain: Chain, plan: Plan, outcome: Outcome) -> tuple[Effect, ...]:
    """The positions that a plan names, as they were before its block and are after it.

    What else happened in that block is in it. Empty where the plan has trades, whose events tell
    more, where no block has it, and where the node has dropped the state.
    """
    if plan.quotes or outcome.block is None or outcome.block_hash is None or outcome.error:
        return ()
    try:
        before = Desk(await chain.at_block(outcome.block - 1))
        after = Desk(await chain.at_hash(outcome.block_hash))
        return tuple(
            [
                Effect(
                    one.account,
                    one.what,
                    await before.position(one.hotkey, one.account, one.netuid),
                    await after.position(one.hotkey, one.account, one.netuid),
                    one.hotkey,
                    one.netuid,
                )
                for one in plan.effects
                if one.account is not None and one.hotkey is not None and one.netuid is not None
            ]
        )
    except TaoctlError:
        return ()
