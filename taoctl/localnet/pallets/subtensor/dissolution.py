"""Dissolving a subnet: its TAO goes to those who hold its alpha, and all of it is forgotten.

Source: coinbase/root.rs (do_dissolve_network, remove_network), staking/remove_stake.rs
(destroy_alpha_in_out_stakes), staking/claim_root.rs and staking/lock.rs of subtensor at spec 425.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from hashlib import blake2b

from taoctl.economics import shares
from taoctl.economics.dissolution import divided, owner_refund, protocol_alpha
from taoctl.localnet.frame import DispatchError, Origin, call, ensure_root
from taoctl.localnet.pallets.subtensor.arguments import NETUID
from taoctl.localnet.pallets.subtensor.forgetting import Forgetting
from taoctl.localnet.pallets.subtensor.locks import drop
from taoctl.localnet.pallets.subtensor.subnets import ROOT, account_bytes, subnet_account
from taoctl.localnet.pallets.system_types import DB_READ, DB_WRITE
from taoctl.localnet.types import AccountId32

_WEIGHT = 119_000_000 + 6 * DB_READ + 31 * DB_WRITE


class Dissolution(Forgetting):
    """dissolve_network and root_dissolve_network, and what makes room for a new subnet."""

    @call(61, args=[("coldkey", AccountId32, "T::AccountId"), NETUID], weight=_WEIGHT)
    def dissolve_network(self, origin: Origin, coldkey: str, netuid: int) -> None:
        """Dissolve a subnet; the coldkey does not count."""
        ensure_root(origin)
        self.do_dissolve_network(netuid)

    @call(120, args=[NETUID], weight=_WEIGHT)
    def root_dissolve_network(self, origin: Origin, netuid: int) -> None:
        """Dissolve a subnet."""
        ensure_root(origin)
        self.do_dissolve_network(netuid)

    def do_dissolve_network(self, netuid: int) -> None:
        """Pay those who hold alpha of a subnet, recycle what is left, and forget the subnet."""
        if netuid == ROOT or not self.subnet_exists(netuid):
            raise self.error("SubnetNotExists")
        self._forget_root_claims(netuid)
        self._end_alpha(netuid)
        for item in (
            self.rt.swap.PalSwapInitialized,
            self.rt.swap.FeeRate,
            self.rt.swap.SwapBalancer,
        ):
            drop(item, netuid)
        self.rt.commitments.purge(netuid)
        self.remove_network(netuid)
        self.deposit("NetworkRemoved", netuid)

    def _forget_root_claims(self, netuid: int) -> None:
        for hotkey, rates in self.RootClaimable.items():
            if netuid in rates:
                kept = {other: rate for other, rate in rates.items() if other != netuid}
                self.RootClaimable[hotkey] = kept
        self.RootClaimed.clear(netuid)

    def _end_alpha(self, netuid: int) -> None:
        owner, lock = self.SubnetOwner[netuid], self.SubnetLocked[netuid]
        legacy = self.NetworkRegisteredAt[netuid] < self.NetworkRegistrationStartBlock.get()
        refund = self._owner_refund(netuid, lock) if legacy else 0
        hotkeys = self._hotkeys_with_alpha(netuid)
        positions = [(hotkey, cold) for hotkey in hotkeys for cold in self._holders(hotkey, netuid)]
        kept_back = self._pay_out(netuid, positions)
        for hotkey, cold in positions:
            drop(self.Alpha, (hotkey, cold, netuid))
            drop(self.AlphaV2, (hotkey, cold, netuid))
        for hotkey in hotkeys:
            for item in (self.TotalHotkeyAlpha, self.TotalHotkeyShares, self.TotalHotkeySharesV2):
                drop(item, (hotkey, netuid))
        for item in (self.SubnetAlphaIn, self.SubnetAlphaOut, self.SubnetProtocolAlpha):
            drop(item, netuid)
        if refund:
            self._pay_refund(netuid, owner, refund, kept_back)
        self._recycle_rest(netuid)
        self.destroy_locks(netuid)

    def _owner_refund(self, netuid: int, lock: int) -> int:
        cut, price = self.SubnetOwnerCut.get(), self.rt.swap.price_bits(netuid)
        return owner_refund(lock, self.alpha_issuance(netuid), cut, price)

    def _pay_out(self, netuid: int, positions: list[tuple[str, str]]) -> int:
        """Divide the subnet's TAO by alpha held; returns the protocol's part, which stays."""
        held = [self._worth(hotkey, coldkey, netuid) for hotkey, coldkey in positions]
        paid = [(coldkey, value) for (_, coldkey), value in zip(positions, held, strict=True)]
        paid = [one for one in paid if one[1]]
        protocol = protocol_alpha(
            self.SubnetAlphaIn[netuid],
            self.SubnetProtocolAlpha[netuid],
            self.NetworkRegisteredAt[netuid],
            self.TaoInRefundDeploymentBlock.get(),
        )
        pot = self.SubnetTAO[netuid]
        if pot:
            del self.SubnetTAO[netuid]
            self.TotalStake.put(max(self.TotalStake.get() - pot, 0))
        values = [value for _, value in paid]
        parts = divided(pot, [*values, protocol] if protocol else values)
        for (coldkey, _), part in zip(paid, parts, strict=False):
            if part:
                # One that cannot be paid leaves its part to be recycled.
                with suppress(DispatchError), self.attempt():
                    self.transfer_tao_from_subnet(netuid, coldkey, part)
        return parts[-1] if protocol else 0

    def _hotkeys_with_alpha(self, netuid: int) -> list[str]:
        """Hotkeys with alpha on a subnet, in the order of the chain's storage keys."""
        found = [hotkey for (hotkey, on), _ in self.TotalHotkeyAlpha.items() if on == netuid]
        return sorted(found, key=_storage_order)

    def _holders(self, hotkey: str, netuid: int) -> Iterator[str]:
        """Coldkeys with alpha on the hotkey, by public key."""
        places = {place for item in (self.Alpha, self.AlphaV2) for place, _ in item.prefix(hotkey)}
        yield from sorted((who for who, on in places if on == netuid), key=account_bytes)

    def _worth(self, hotkey: str, coldkey: str, netuid: int) -> int:
        """Alpha of a position; where its pool gives none, its shares are taken for it."""
        value = self.stake_of(hotkey, coldkey, netuid)
        if value:
            return value
        stored = self.AlphaV2.get((hotkey, coldkey, netuid), None)
        if stored is not None:
            return shares.to_int(shares.SafeFloat(stored["mantissa"], stored["exponent"]))
        return shares.to_int(self.share_of(hotkey, coldkey, netuid))

    def _pay_refund(self, netuid: int, owner: str, refund: int, kept_back: int) -> None:
        account = subnet_account(netuid)
        there = self.rt.balances.reducible(account, keep_alive=False)
        with suppress(DispatchError), self.attempt():
            self.transfer_tao(account, owner, min(refund, max(there - kept_back, 0)))

    def _recycle_rest(self, netuid: int) -> None:
        """Recycle what the subnet's account holds, but for the existential deposit."""
        account = subnet_account(netuid)
        left = self.rt.balances.reducible(account, keep_alive=True)
        with suppress(DispatchError), self.attempt():
            self.recycle_tao(account, left)


def _storage_order(hotkey: str) -> bytes:
    return blake2b(account_bytes(hotkey), digest_size=16).digest()
