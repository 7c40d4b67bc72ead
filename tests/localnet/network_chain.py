"""A small chain on which subnets are created and dissolved, and what its books must say."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from hashlib import blake2b
from typing import Any

from subtensor_chain import PALLETS, TAO, Chain, account

from taoctl.addresses import decode_ss58
from taoctl.localnet.frame import Runtime
from taoctl.localnet.pallets.admin_utils.pallet import AdminUtils
from taoctl.localnet.pallets.commitments import Commitments
from taoctl.localnet.pallets.drand import Drand
from taoctl.localnet.pallets.subtensor.subnets import subnet_account
from taoctl.localnet.pallets.sudo import Sudo

ED = 500


def network_chain(subnets: int = 3, **terms: Any) -> Chain:
    """A chain at block 1000 with room for no more subnets, all out of their immunity."""
    made = Chain(subnets=subnets, pallets=[*PALLETS, Commitments, AdminUtils, Drand, Sudo], **terms)
    module = made.rt.subtensor
    module.SubnetLimit.put(subnets)
    module.NetworkImmunityPeriod.put(100)
    module.NetworkMinLockCost.put(100 * TAO)
    module.NetworkLastLockCost.put(100 * TAO)
    made.rt.state.begin_block(made.rt.state.head + 1)
    made.rt.state.making = 1_000
    return made


def check_books(chain: Chain, *, traded: bool = False) -> None:
    """All TAO is somewhere, both issuances agree, and pools are backed by their accounts.

    TotalStake counts the fees of purchases too, so that it is the sum of the pools only where
    nobody `traded`.
    """
    module, balances = chain.rt.subtensor, chain.rt.balances
    held = sum(one["data"]["free"] for one in chain.rt.system.Account.values())
    assert held == balances.total_issuance == module.TotalIssuance.get()
    assert traded or module.TotalStake.get() == sum(module.SubnetTAO[n] for n in module.netuids())
    for netuid in module.netuids():
        if netuid:
            assert balances.free(subnet_account(netuid)) >= module.SubnetTAO[netuid], netuid


def refunds(rt: Runtime, netuid: int) -> tuple[dict[str, int], int]:
    """What each coldkey is paid for its alpha, and what stays to be recycled.

    Worked out with fractions from storage alone, as the domain document tells it. A part that is
    too little to open an account stays too; parts are paid one after the other.
    """
    module = rt.subtensor
    pot = module.SubnetTAO[netuid]
    protocol = module.SubnetProtocolAlpha[netuid]
    if module.NetworkRegisteredAt[netuid] > module.TaoInRefundDeploymentBlock.get():
        protocol += module.SubnetAlphaIn[netuid]
    rows: list[tuple[bytes, bytes, str, int]] = []
    for (hotkey, coldkey, on), share in module.AlphaV2.items():
        if on == netuid:
            value = _value(module, hotkey, share, netuid)
            rows.append((_hashed(hotkey), decode_ss58(coldkey), coldkey, value))
    rows = [row for row in sorted(rows) if row[3]]
    weights = [row[3] for row in rows] + ([protocol] if protocol else [])
    exact = [Fraction(pot * one, sum(weights)) for one in weights]
    parts = [int(one) for one in exact]
    order = sorted(range(len(parts)), key=lambda n: (parts[n] - exact[n], n))
    for n in order[: pot - sum(parts)]:
        parts[n] += 1
    paid: defaultdict[str, int] = defaultdict(int)
    for (_, _, coldkey, _), part in zip(rows, parts, strict=False):
        if rt.balances.free(coldkey) + paid[coldkey] + part >= ED:
            paid[coldkey] += part
    return dict(paid), pot - sum(paid.values())


def _value(module: Any, hotkey: str, share: dict[str, int], netuid: int) -> int:
    total = module.TotalHotkeySharesV2[hotkey, netuid]
    exact = Fraction(share["mantissa"], total["mantissa"]) * Fraction(10) ** (
        share["exponent"] - total["exponent"]
    )
    return int(module.TotalHotkeyAlpha[hotkey, netuid] * exact)


def _hashed(ss58: str) -> bytes:
    return blake2b(decode_ss58(ss58), digest_size=16).digest()


def create(chain: Chain, signer: str = "alice", hotkey: str = "h:new") -> str | None:
    """Register a subnet; the error's name, None when it succeeded."""
    outcome = chain.call(signer, "register_network", hotkey=account(hotkey))
    return None if outcome.error is None else str(outcome.error)
