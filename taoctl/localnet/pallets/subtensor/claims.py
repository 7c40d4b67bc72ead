"""Root dividends: crediting them to a hotkey's rate, and claiming them for its stakers."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from taoctl.economics import root_claims
from taoctl.localnet.frame import DispatchError
from taoctl.localnet.pallets.subtensor.subnets import ROOT, subnet_account
from taoctl.localnet.pallets.subtensor.treasury import SELL_LIMIT, Treasury


class Claims(Treasury):
    """Root claims and the index of coldkeys that blocks claim for."""

    def credit_root_dividends(self, hotkey: str, netuid: int, amount: int) -> None:
        """Raise the claimable rate of a hotkey by `amount` rao of a subnet's alpha.

        Where the amount exceeds the whole root stake, the owner gets it as stake instead.
        """
        rates = self.RootClaimable[hotkey]
        if amount == 0 and netuid in rates:
            return
        root_stake = self.hotkey_alpha(hotkey, ROOT)
        if amount > root_stake:
            self.add_stake_shares(hotkey, self.Owner[hotkey], netuid, amount)
            return
        increment = root_claims.rate_increment_bits(amount, root_stake)
        if increment or netuid not in rates:
            self.RootClaimable[hotkey] = {**rates, netuid: rates.get(netuid, 0) + increment}

    def note_root_stake(self, hotkey: str, coldkey: str, amount: int) -> None:
        """Carry past rates along with new root stake, so that it earns only from now on."""
        for netuid, rate in self.RootClaimable[hotkey].items():
            key = (netuid, hotkey, coldkey)
            self.RootClaimed[key] += root_claims.past_share(rate, amount)

    def forget_root_stake(self, hotkey: str, coldkey: str, amount: int) -> None:
        """Take the claims of removed root stake out of the account."""
        for netuid, rate in self.RootClaimable[hotkey].items():
            key = (netuid, hotkey, coldkey)
            left = self.RootClaimed[key] - root_claims.past_share(rate, amount)
            self.RootClaimed[key] = max(left, 0)

    def root_owed(self, hotkey: str, coldkey: str, netuid: int) -> int:
        """Alpha in rao that the position may claim of a subnet."""
        rate = self.RootClaimable[hotkey].get(netuid, 0)
        stake = self.stake_of(hotkey, coldkey, ROOT)
        return root_claims.owed(rate, stake, self.RootClaimed[netuid, hotkey, coldkey])

    def index_root_staker(self, coldkey: str) -> None:
        """List a coldkey with root stake among those that blocks claim for."""
        if coldkey not in self.StakingColdkeys:
            last = self.NumStakingColdkeys.get()
            self.StakingColdkeysByIndex[last] = coldkey
            self.StakingColdkeys[coldkey] = last
            self.NumStakingColdkeys.put(last + 1)

    def unindex_root_staker(self, coldkey: str) -> None:
        """Drop a coldkey without root stake; the last of the list takes its place."""
        at = self.StakingColdkeys.get(coldkey)
        if at is None or any(
            self.stake_of(hotkey, coldkey, ROOT) for hotkey in self.StakingHotkeys[coldkey]
        ):
            return
        del self.StakingColdkeys[coldkey]
        last = max(self.NumStakingColdkeys.get() - 1, 0)
        moved = self.StakingColdkeysByIndex.get(last)
        if moved is not None:
            del self.StakingColdkeysByIndex[last]
            if at != last:
                self.StakingColdkeysByIndex[at] = moved
                self.StakingColdkeys[moved] = at
        self.NumStakingColdkeys.put(last)

    def auto_claim_root(self, parent_hash: bytes) -> None:
        """Claim for the few stakers that the parent block's hash picks."""
        population = self.NumStakingColdkeys.get()
        count = self.NumRootClaim.get()
        for index in root_claims.claim_indices(parent_hash, count, population):
            coldkey = self.StakingColdkeysByIndex.get(index)
            if coldkey is None:
                continue
            try:
                with self.attempt():
                    self.claim_root_dividends(coldkey)
            except DispatchError:
                continue

    def claim_root_dividends(self, coldkey: str, only: Collection[int] | None = None) -> int:
        """Pay a coldkey what all its root positions are owed, subnet by subnet.

        Args:
            only: the subnets to claim for; None for all.

        Returns:
            How many pairs of hotkey and subnet were looked at.
        """
        kind = self.RootClaimType[coldkey]
        entries = 0
        for hotkey in self.StakingHotkeys[coldkey]:
            for netuid in sorted(self.RootClaimable[hotkey]):
                if only is None or netuid in only:
                    self._claim_on_subnet(hotkey, coldkey, netuid, kind)
                    entries += 1
        self.deposit("RootClaimed", coldkey)
        return entries

    def _claim_on_subnet(self, hotkey: str, coldkey: str, netuid: int, kind: Any) -> None:
        owed = root_claims.owed_bits(
            self.RootClaimable[hotkey].get(netuid, 0),
            self.stake_of(hotkey, coldkey, ROOT),
            self.RootClaimed[netuid, hotkey, coldkey],
        )
        amount = max(owed, 0) >> 32
        if owed < self.RootClaimableThreshold[netuid] or amount == 0:
            return
        if _keeps_alpha(kind, netuid):
            self.add_stake_shares(hotkey, coldkey, netuid, amount)
        else:
            self._swap_claim(hotkey, coldkey, netuid, amount)
        self.RootClaimed[netuid, hotkey, coldkey] += amount

    def _swap_claim(self, hotkey: str, coldkey: str, netuid: int, amount: int) -> None:
        sold = self.sell_alpha(netuid, amount, SELL_LIMIT, free=True).amount_paid_out
        self.transfer_tao_from_subnet(netuid, subnet_account(ROOT), sold)
        self.SubnetRootSellTao[netuid] += sold
        self.record_protocol_flow(netuid, -sold)
        self.add_stake_shares(hotkey, coldkey, ROOT, sold)
        self.SubnetTAO[ROOT] += sold
        self.SubnetAlphaOut[ROOT] += sold
        self.TotalStake.put(self.TotalStake.get() + sold)
        self.note_root_stake(hotkey, coldkey, sold)


def _keeps_alpha(kind: Any, netuid: int) -> bool:
    if isinstance(kind, str):
        return kind == "Keep"
    return netuid in kind["KeepSubnets"]["subnets"]
