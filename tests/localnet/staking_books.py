"""What trading stake must leave as it was: all TAO, all alpha, and nothing below zero."""

from __future__ import annotations

from collections import Counter

from subtensor_chain import Chain

from taoctl.localnet.pallets.subtensor.subnets import subnet_account


class Books:
    """The books of a chain when it was made, to be checked after some calls in one block."""

    def __init__(self, chain: Chain) -> None:
        self.chain = chain
        self.unheld = self._unheld()
        self.spare = self._spare()

    def check(self, *, burned: int = 0, netuid: int = 1) -> None:
        """Raise AssertionError unless everything is accounted for.

        Args:
            burned: alpha in rao of a subnet that still counts as issued and that nobody holds.
            netuid: that subnet.
        """
        module, balances = self.chain.rt.subtensor, self.chain.rt.balances
        accounts = self.chain.rt.system.Account.values()
        assert sum(info["data"]["free"] for info in accounts) == balances.total_issuance
        assert module.TotalIssuance.get() == balances.total_issuance
        assert self._spare() == self.spare
        unheld = self._unheld()
        for subnet, before in self.unheld.items():
            fees = self._alpha_fees(subnet)
            expected = before + fees + (burned if subnet == netuid else 0)
            assert unheld[subnet] == expected, subnet
        for (hotkey, held_netuid), value in module.TotalHotkeyAlpha.items():
            positions = sum(
                module.stake_of(hotkey, coldkey, held_netuid)
                for (of, coldkey, on), _ in module.AlphaV2.items()
                if (of, on) == (hotkey, held_netuid)
            )
            assert 0 <= value - positions <= 20, (hotkey, held_netuid)

    def _spare(self) -> dict[int, int]:
        """TAO of each subnet's account that is not in its reserve."""
        module, balances = self.chain.rt.subtensor, self.chain.rt.balances
        return {n: balances.free(subnet_account(n)) - module.SubnetTAO[n] for n in module.netuids()}

    def _unheld(self) -> dict[int, int]:
        """Issued alpha of each subnet that is on no hotkey."""
        module = self.chain.rt.subtensor
        on_hotkeys: Counter[int] = Counter()
        for (_, netuid), value in module.TotalHotkeyAlpha.items():
            on_hotkeys[netuid] += value
        return {n: module.SubnetAlphaOut[n] - on_hotkeys[n] for n in module.netuids()}

    def _alpha_fees(self, netuid: int) -> int:
        """Alpha that sales in this block left to nobody."""
        removed = self.chain.events("StakeRemoved")
        return sum(fee for _, _, _, _, on, fee in removed if on == netuid)


def lock(chain: Chain, coldkey: str, netuid: int, hotkey: str, rao: int) -> None:
    """Lock alpha by hand, as of now and for good."""
    module = chain.rt.subtensor
    state = {"locked_mass": rao, "conviction": 0, "last_update": chain.rt.block_number}
    module.Lock[coldkey, netuid, hotkey] = state
    module.DecayingLock[coldkey, netuid] = False
