"""TAO and alpha in motion: between coldkeys, subnet accounts, pools and stake."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from taoctl.economics.pool import SwapResult
from taoctl.localnet.frame import DispatchError
from taoctl.localnet.pallets.subtensor.subnets import subnet_account
from taoctl.localnet.pallets.subtensor.timelocked_weights import TimelockedWeights
from taoctl.units import U64_MAX

MIN_STAKE = 2_000_000
"""Smallest stake that a call may add or leave behind, in rao of TAO."""
BUY_LIMIT = 10**15
"""Price limit of a market buy, rao of TAO per alpha."""
SELL_LIMIT = 1_000
"""Price limit of a market sale, rao of TAO per alpha."""
MAX_ISSUANCE = 21 * 10**15


class Treasury(TimelockedWeights):
    """Every movement keeps TAO conserved: what leaves one account or reserve enters another."""

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """Undo every write and event inside when the body fails."""
        mark = len(self.rt.events)
        try:
            with self.rt.state.transaction():
                yield
        except DispatchError:
            del self.rt.events[mark:]
            raise

    def can_pay(self, coldkey: str, amount: int) -> bool:
        """Whether the coldkey's spendable balance, existential deposit included, covers it."""
        return bool(amount <= self.rt.balances.reducible(coldkey, keep_alive=False))

    def recycle_tao(self, coldkey: str, amount: int) -> None:
        """Take TAO out of an account and the issuance; InsufficientBalance below the deposit."""
        if amount > self.rt.balances.reducible(coldkey, keep_alive=True):
            raise self.error("InsufficientBalance")
        self.TotalIssuance.put(max(self.TotalIssuance.get() - amount, 0))
        self.rt.balances.withdraw(coldkey, amount, keep_alive=False)

    def transfer_tao_to_subnet(self, netuid: int, coldkey: str, amount: int) -> int:
        """Move TAO to the subnet's account, leaving the existential deposit; returns the amount."""
        if amount == 0:
            return 0
        moved: int = min(amount, self.rt.balances.reducible(coldkey, keep_alive=True))
        if moved == 0:
            raise self.error("InsufficientBalance")
        self.rt.balances.transfer(coldkey, subnet_account(netuid), moved, keep_alive=True)
        return moved

    def transfer_tao_from_subnet(self, netuid: int, coldkey: str, amount: int) -> None:
        """Move TAO from the subnet's account to a coldkey."""
        self.transfer_tao(subnet_account(netuid), coldkey, amount)

    def transfer_tao(self, source: str, dest: str, amount: int) -> None:
        """Move TAO between accounts; dust that is lost on the way leaves the issuance."""
        if amount > self.rt.balances.reducible(source, keep_alive=False):
            raise self.error("InsufficientBalance")
        issued = self.rt.balances.total_issuance
        self.rt.balances.transfer(source, dest, amount, keep_alive=False)
        dust = issued - self.rt.balances.total_issuance
        if dust:
            self.TotalIssuance.put(self.TotalIssuance.get() - dust)

    def buy_alpha(self, netuid: int, tao: int, limit: int, *, free: bool) -> SwapResult:
        """Swap TAO already on the subnet's account for alpha and book both reserves.

        Args:
            limit: highest price in rao of TAO per alpha.
            free: without the pool's fee, as the protocol buys.
        """
        result: SwapResult = self.rt.swap.buy(netuid, tao, limit, free=free)
        out = result.amount_paid_out
        self.SubnetAlphaIn[netuid] = max(self.SubnetAlphaIn[netuid] - out, 0)
        self.SubnetAlphaOut[netuid] = min(self.SubnetAlphaOut[netuid] + out, U64_MAX)
        self.SubnetTAO[netuid] = min(self.SubnetTAO[netuid] + result.amount_paid_in, U64_MAX)
        self.TotalStake.put(min(self.TotalStake.get() + tao, U64_MAX))
        self.SubnetVolume[netuid] += tao
        return result

    def sell_alpha(self, netuid: int, alpha: int, limit: int, *, free: bool) -> SwapResult:
        """Swap outstanding alpha for TAO and book both reserves.

        Args:
            limit: lowest price in rao of TAO per alpha.
            free: without the pool's fee, as the protocol sells.
        """
        result: SwapResult = self.rt.swap.sell(netuid, alpha, limit, free=free)
        out = result.amount_paid_out
        self.SubnetAlphaIn[netuid] = min(
            self.SubnetAlphaIn[netuid] + result.amount_paid_in, U64_MAX
        )
        self.SubnetAlphaOut[netuid] = max(self.SubnetAlphaOut[netuid] - result.amount_paid_in, 0)
        self.SubnetTAO[netuid] = max(self.SubnetTAO[netuid] - out, 0)
        self.TotalStake.put(max(self.TotalStake.get() - out, 0))
        self.SubnetVolume[netuid] += out
        return result
