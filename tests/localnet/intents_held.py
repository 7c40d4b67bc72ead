"""Intents beside the chain they are for: what they foresee, and what the chain does."""

from __future__ import annotations

import asyncio
from typing import Any

from governance_views import sealed
from referenda_chain import ReferendaChain
from senate_chain import SenateChain

from taoctl.calls.base import Effect, Intent, Refusal, call_bytes
from taoctl.chain.view import View
from taoctl.localnet.frame import Outcome, Signed


def said(view: View, intent: Intent, who: str) -> tuple[tuple[Refusal, ...], tuple[Effect, ...]]:
    """What an intent says of the next block: what is refused, and what changes."""

    async def ask() -> tuple[tuple[Refusal, ...], tuple[Effect, ...]]:
        view.require(*intent.needs)
        return await intent.preflight(view, who), await intent.effects(view, who)

    return asyncio.run(ask())


def warned(view: View, intent: Intent, who: str) -> tuple[str, ...]:
    """What an intent warns of."""
    return asyncio.run(intent.warnings(view, who))


def dispatched(
    chain: SenateChain | ReferendaChain, view: View, intent: Intent, who: str
) -> Outcome:
    """Have the chain carry out the call of an intent, in the block in the making."""

    async def compose() -> bytes:
        return call_bytes(view.codec, await intent.call(view, who))

    return chain.rt.dispatch(chain.rt.decode_call(asyncio.run(compose())), Signed(who))


def refused(chain: SenateChain | ReferendaChain, intent: Intent, who: str, error: str) -> Refusal:
    """The refusal of an intent, which the chain gives by the same name: `Pallet.Name`."""
    view = sealed(chain)
    refusals, _ = said(view, intent, who)
    assert refusals and refusals[0].name == error.rpartition(".")[2], refusals
    assert refusals[0].message and refusals[0].hint
    outcome = dispatched(chain, view, intent, who)
    assert str(outcome.error) == error
    return refusals[0]


def done(chain: SenateChain | ReferendaChain, intent: Intent, who: str) -> tuple[Effect, ...]:
    """The effects that an intent has foreseen, once the chain has carried it out."""
    view = sealed(chain)
    refusals, effects = said(view, intent, who)
    assert refusals == ()
    outcome = dispatched(chain, view, intent, who)
    assert outcome.ok, outcome.error
    return effects


def texts(effects: tuple[Effect, ...]) -> list[tuple[str, Any, Any]]:
    """What, before and after."""
    return [(one.what, one.before, one.after) for one in effects]
