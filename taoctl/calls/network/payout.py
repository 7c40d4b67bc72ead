"""What a coldkey gets for its alpha on a subnet that is dissolved.

What everybody holds there is not read, since that would be all stake of the chain: the alpha that
is out bounds it, so that what is said here is the least that is paid.

Source: staking/remove_stake.rs of subtensor at spec 425 (destroy_alpha_in_out_stakes).
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from taoctl.calls.stake.holdings import positions_of
from taoctl.calls.stake.hotkeys import PALLET, item, read, read_or_none
from taoctl.chain.view import View
from taoctl.economics.dissolution import protocol_alpha
from taoctl.units import Alpha, Tao

_SINCE = item("TaoInRefundDeploymentBlock")
_PART = 100
"""One of so many parts of a payment is left out of what can be relied on."""


@dataclass(frozen=True, slots=True)
class Payout:
    """What one coldkey gets when a subnet is dissolved.

    Attributes:
        alpha: what it holds there.
        least: the least that this brings, as things are.
        owns: whether it owns the subnet and may get back a part of the lock.
    """

    alpha: Alpha
    least: Tao
    owns: bool

    @property
    def some(self) -> bool:
        """Whether it gets anything, or may."""
        return bool(self.alpha.rao) or self.owns

    @property
    def reliable_rao(self) -> int:
        """What is paid even if trades on the subnet take a hundredth of it before."""
        return self.least.rao - -(-self.least.rao // _PART)


async def payout(view: View, coldkey: str, netuid: int) -> Payout:
    """What a coldkey gets for its alpha on a subnet, and whether it may get more."""
    held, tao, alpha_out, protocol, owns = await asyncio.gather(
        positions_of(view, coldkey),
        read(view, "SubnetTAO", netuid),
        read(view, "SubnetAlphaOut", netuid),
        _protocol(view, netuid),
        _refunded(view, coldkey, netuid),
    )
    alpha = sum(rao for (_, on), rao in held.items() if on == netuid)
    total = max(int(alpha_out), alpha) + protocol
    least = int(tao) * alpha // total if alpha else 0
    return Payout(Alpha(alpha, netuid), Tao(least), owns)


async def _protocol(view: View, netuid: int) -> int:
    """Rao of alpha for which the protocol takes its part; none before it took one."""
    if not view.has(_SINCE):
        return 0
    alpha_in, own, registered, since = await asyncio.gather(
        read(view, "SubnetAlphaIn", netuid),
        read_or_none(view, "SubnetProtocolAlpha", netuid),
        read(view, "NetworkRegisteredAt", netuid),
        read(view, _SINCE.item),
    )
    return protocol_alpha(int(alpha_in), int(own or 0), int(registered), int(since))


async def _refunded(view: View, coldkey: str, netuid: int) -> bool:
    """Whether it owns a subnet of the time when owners got back a part of the lock."""
    owner, registered, start = await asyncio.gather(
        view.value(PALLET, "SubnetOwner", netuid),
        read(view, "NetworkRegisteredAt", netuid),
        read_or_none(view, "NetworkRegistrationStartBlock"),
    )
    return bool(owner == coldkey and int(registered) < int(start or 0))
