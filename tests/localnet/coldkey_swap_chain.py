"""Announced swaps of coldkeys on the chain for settings, made behind everybody's back."""

from __future__ import annotations

from settings_chain import ALICE, caught_up, put

from taoctl.calls.base import Intent
from taoctl.calls.coldkey_swap.announcing import AnnounceColdkeySwap
from taoctl.chain.client import Chain
from taoctl.scale.crypto import KeySigner, account_hash
from taoctl.submit.options import TxOptions
from taoctl.submit.plan import Plan, make_plan

NEW = KeySigner("//Coldkey/new").ss58
EMPTY = KeySigner("//Coldkey/empty").ss58
"""Coldkeys that were never used."""
TO_NEW = AnnounceColdkeySwap.of(NEW)


async def announced(chain: Chain, due: int, new: str = NEW, who: str = ALICE) -> None:
    """Announce a swap behind everybody's back, due in a block counted from the newest."""
    block = (await caught_up(chain)).block
    await put(chain, "ColdkeySwapAnnouncements", (who,), (block + due, account_hash(new)))


async def changeable(chain: Chain) -> None:
    """Announce a swap behind everybody's back that may be replaced or called off."""
    await put(chain, "ColdkeySwapReannouncementDelay", (), 1)
    await announced(chain, 0)


async def put_in_dispute(chain: Chain, who: str = ALICE) -> None:
    await put(chain, "ColdkeySwapDisputes", (who,), 7)


async def planned(chain: Chain, intent: Intent, uri: str = "//Alice") -> Plan:
    await caught_up(chain)
    return await make_plan(chain, intent, KeySigner(uri).ss58, TxOptions(again=True))


def refused_names(plan: Plan) -> list[str]:
    return [one.name for one in plan.refusals]
