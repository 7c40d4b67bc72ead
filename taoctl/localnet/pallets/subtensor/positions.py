"""Alpha positions: who holds how much through which hotkey, and the weight that gives."""

from __future__ import annotations

from collections.abc import Iterable

from taoctl.economics import inheritance, shares
from taoctl.economics.shares import SafeFloat
from taoctl.localnet.pallets.subtensor.subnets import ROOT, Subnets, is_subnet_account


class Positions(Subnets):
    """The share pools of all hotkeys, and ownership of hotkeys by coldkeys."""

    def hotkey_exists(self, hotkey: str) -> bool:
        """Whether the hotkey was registered or associated once."""
        return hotkey in self.Owner

    def owns_hotkey(self, coldkey: str, hotkey: str) -> bool:
        """Whether the coldkey owns the hotkey."""
        return hotkey in self.Owner and self.Owner[hotkey] == coldkey

    def create_account_if_new(self, coldkey: str, hotkey: str) -> None:
        """Pair an unused hotkey with the coldkey; a used one is left alone."""
        if is_subnet_account(hotkey):
            raise self.error("CannotUseSystemAccount")
        if hotkey in self.Owner:
            return
        self.Owner[hotkey] = coldkey
        owned = self.OwnedHotkeys[coldkey]
        if hotkey not in owned:
            self.OwnedHotkeys[coldkey] = (*owned, hotkey)
        self.note_staking_hotkey(coldkey, hotkey)

    def note_staking_hotkey(self, coldkey: str, hotkey: str) -> None:
        """List the hotkey among those the coldkey stakes to."""
        staking = self.StakingHotkeys[coldkey]
        if hotkey not in staking:
            self.StakingHotkeys[coldkey] = (*staking, hotkey)

    def hotkey_alpha(self, hotkey: str, netuid: int) -> int:
        """Alpha of all coldkeys on the hotkey, in rao."""
        return int(self.TotalHotkeyAlpha[hotkey, netuid])

    def total_shares(self, hotkey: str, netuid: int) -> SafeFloat:
        """Shares of all coldkeys together; entries of the older form are read first."""
        if (hotkey, netuid) in self.TotalHotkeyShares:
            return shares.from_u64f64(self.TotalHotkeyShares[hotkey, netuid])
        return _plain(self.TotalHotkeySharesV2[hotkey, netuid])

    def share_of(self, hotkey: str, coldkey: str, netuid: int) -> SafeFloat:
        """Shares of one coldkey; entries of the older form are read first."""
        key = (hotkey, coldkey, netuid)
        if key in self.Alpha:
            return shares.from_u64f64(self.Alpha[key])
        return _plain(self.AlphaV2[key])

    def stake_of(self, hotkey: str, coldkey: str, netuid: int) -> int:
        """Alpha of one position in rao: floor(hotkey's alpha * share / all shares)."""
        share = self.share_of(hotkey, coldkey, netuid)
        if not share.mantissa:
            return 0
        total = self.total_shares(hotkey, netuid)
        return shares.position_value(self.hotkey_alpha(hotkey, netuid), share, total)

    def add_stake_shares(self, hotkey: str, coldkey: str, netuid: int, amount: int) -> None:
        """Give a coldkey `amount` rao of alpha on the hotkey."""
        if amount <= 0:
            return
        self.note_staking_hotkey(coldkey, hotkey)
        self._change_shares(hotkey, coldkey, netuid, amount)

    def remove_stake_shares(self, hotkey: str, coldkey: str, netuid: int, amount: int) -> None:
        """Take `amount` rao of alpha from a coldkey; nothing happens when it holds less."""
        if 0 < amount <= self.stake_of(hotkey, coldkey, netuid):
            self._change_shares(hotkey, coldkey, netuid, -amount)

    def accepts_stake(self, hotkey: str, netuid: int, amount: int) -> bool:
        """Whether the hotkey's share pool is precise enough for the amount."""
        total = self.total_shares(hotkey, netuid)
        return shares.accepts(self.hotkey_alpha(hotkey, netuid), total, amount)

    def add_to_hotkey(self, hotkey: str, netuid: int, amount: int) -> None:
        """Raise every position on the hotkey pro rata: dividends to its nominators."""
        if amount:
            self.TotalHotkeyAlpha[hotkey, netuid] += amount

    def coldkey_alpha(self, coldkey: str, netuid: int) -> int:
        """Alpha of a coldkey on a subnet over all hotkeys, in rao."""
        return sum(
            self.stake_of(hotkey, coldkey, netuid) for hotkey in self.StakingHotkeys[coldkey]
        )

    def inherited_alpha(self, hotkey: str, netuid: int) -> int:
        """Alpha after what children hold and parents lend, in rao."""
        own = self.hotkey_alpha(hotkey, netuid)
        return own if netuid == ROOT else self._inherited(hotkey, netuid, netuid, own)

    def inherited_tao(self, hotkey: str, netuid: int) -> int:
        """Root stake after what children hold and parents lend on this subnet, in rao."""
        return self._inherited(hotkey, netuid, ROOT, self.hotkey_alpha(hotkey, ROOT))

    def inherited_stakes(self, netuid: int, hotkeys: Iterable[str]) -> tuple[list[int], list[int]]:
        """Inherited alpha and inherited root stake of many hotkeys of a subnet, in rao."""
        held, children, parents = self.TotalHotkeyAlpha, self.ChildKeys, self.ParentKeys
        alpha, tao = [], []
        for hotkey in hotkeys:
            place = (hotkey, netuid)
            own, root = held[place], held[hotkey, ROOT]
            if place in children or place in parents:
                own = self._inherited(hotkey, netuid, netuid, own)
                root = self._inherited(hotkey, netuid, ROOT, root)
            alpha.append(own)
            tao.append(root)
        return alpha, tao

    def has_weight_stake(self, hotkey: str, netuid: int) -> bool:
        """Whether the hotkey may set weights by its stake; the owner's hotkey always may."""
        owner_uid = self.owner_uid(netuid)
        if owner_uid is not None and self.Uids[netuid, hotkey] == owner_uid:
            return True
        bits = inheritance.combined_weight_bits(
            self.inherited_alpha(hotkey, netuid),
            self.inherited_tao(hotkey, netuid),
            self.TaoWeight.get(),
        )
        return bool(bits >= self.StakeThreshold.get() << 64)

    def _inherited(self, hotkey: str, netuid: int, stake_netuid: int, own: int) -> int:
        children = self.ChildKeys[hotkey, netuid]
        parents = self.ParentKeys[hotkey, netuid]
        if not children and not parents:
            return own
        return inheritance.inherited(
            own,
            [share for share, _ in children],
            [(share, self.hotkey_alpha(parent, stake_netuid)) for share, parent in parents],
        )

    def _change_shares(self, hotkey: str, coldkey: str, netuid: int, delta: int) -> None:
        pool, position = (hotkey, netuid), (hotkey, coldkey, netuid)
        value, total, share = shares.change(
            self.TotalHotkeyAlpha[pool],
            self.total_shares(hotkey, netuid),
            self.share_of(hotkey, coldkey, netuid),
            delta,
        )
        if len(self.TotalHotkeyShares) or len(self.Alpha):
            self.TotalHotkeyShares[pool] = None
            self.Alpha[position] = None
        if total.mantissa:
            self.TotalHotkeySharesV2[pool] = total._asdict()
        elif pool in self.TotalHotkeySharesV2:
            del self.TotalHotkeySharesV2[pool]
        if share.mantissa:
            self.AlphaV2[position] = share._asdict()
        elif position in self.AlphaV2:
            del self.AlphaV2[position]
        if value:
            self.TotalHotkeyAlpha[pool] = value
        elif pool in self.TotalHotkeyAlpha:
            del self.TotalHotkeyAlpha[pool]


def _plain(value: dict[str, int]) -> SafeFloat:
    return SafeFloat(value["mantissa"], value["exponent"])
