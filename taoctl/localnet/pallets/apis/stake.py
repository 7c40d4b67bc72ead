"""StakeInfoRuntimeApi: who holds how much, and how much of it may leave."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from taoctl.localnet.frame import api
from taoctl.localnet.pallets.apis import shapes
from taoctl.localnet.pallets.subtensor.conviction import Convictions
from taoctl.localnet.pallets.subtensor.types import LockState
from taoctl.localnet.types import U64F64, AccountId32, BTreeMap, NetUid, Option, Tup, Vec, u64

API = "StakeInfoRuntimeApi"

_COLDKEYS = (("coldkey_accounts", Vec(AccountId32)),)
_END = Option(Tup(AccountId32, NetUid))


class StakeApi(Convictions):
    """Stake positions as the chain reports them."""

    @api(API, args=(("coldkey_account", AccountId32),), returns=Vec(shapes.StakeInfo))
    def get_stake_info_for_coldkey(self, coldkey_account: str) -> list[dict[str, Any]]:
        """All positions of a coldkey with stake in them, by netuid."""
        hotkeys = self.StakingHotkeys[coldkey_account]
        return [
            self._position(hotkey, coldkey_account, netuid, stake)
            for netuid in self.netuids()
            for hotkey in hotkeys
            if (stake := self.stake_of(hotkey, coldkey_account, netuid))
        ]

    @api(API, args=_COLDKEYS, returns=Vec(Tup(AccountId32, Vec(shapes.StakeInfo))))
    def get_stake_info_for_coldkeys(
        self, coldkey_accounts: Sequence[str]
    ) -> list[tuple[str, list[dict[str, Any]]]]:
        """The positions of several coldkeys."""
        return [(c, self.get_stake_info_for_coldkey(c)) for c in coldkey_accounts]

    @api(
        API,
        args=(
            ("hotkey_account", AccountId32),
            ("coldkey_account", AccountId32),
            ("netuid", NetUid),
        ),
        returns=Option(shapes.StakeInfo),
    )
    def get_stake_info_for_hotkey_coldkey_netuid(
        self, hotkey_account: str, coldkey_account: str, netuid: int
    ) -> dict[str, Any] | None:
        """One position, also when it is empty."""
        stake = self.stake_of(hotkey_account, coldkey_account, netuid)
        return self._position(hotkey_account, coldkey_account, netuid, stake)

    @api(
        API,
        args=(*_COLDKEYS, ("netuids", Option(Vec(NetUid)))),
        returns=BTreeMap(AccountId32, BTreeMap(NetUid, shapes.StakeAvailability)),
    )
    def get_stake_availability_for_coldkeys(
        self, coldkey_accounts: Sequence[str], netuids: Sequence[int] | None
    ) -> dict[str, dict[int, dict[str, int]]]:
        """Total, locked and free alpha per coldkey and subnet, empty subnets left out.

        An empty list of netuids, or one longer than there are networks, finds nothing.
        """
        existing = self.netuids()
        wanted = existing
        if netuids is not None:
            wanted = sorted(set(netuids))
            if len(wanted) > len(existing):
                wanted = []
        found = {}
        for coldkey in coldkey_accounts:
            rows = {n: self._availability(coldkey, n) for n in wanted if self.subnet_exists(n)}
            found[coldkey] = {n: row for n, row in rows.items() if row["total"] or row["locked"]}
        return found

    @api(
        API,
        args=(("coldkey", AccountId32), ("netuid", NetUid)),
        returns=Option(LockState),
    )
    def get_coldkey_lock(self, coldkey: str, netuid: int) -> dict[str, int] | None:
        """The lock of a coldkey on a subnet, as it is now."""
        lock = self.lock_of(coldkey, netuid)
        return None if lock is None else asdict(lock)

    @api(API, args=(("hotkey", AccountId32), ("netuid", NetUid)), returns=U64F64)
    def get_hotkey_conviction(self, hotkey: str, netuid: int) -> int:
        """Conviction of all locks to a hotkey on a subnet, as it is now."""
        return self.hotkey_conviction(hotkey, netuid)

    @api(API, args=(("netuid", NetUid),), returns=Option(AccountId32))
    def get_most_convicted_hotkey_on_subnet(self, netuid: int) -> str | None:
        """The hotkey that the locks on a subnet speak for most."""
        return self.most_convicted(netuid)

    @api(
        API,
        args=(
            ("origin", _END),
            ("origin_coldkey_account", AccountId32),
            ("destination", _END),
            ("destination_coldkey_account", AccountId32),
            ("amount", u64),
        ),
        returns=u64,
    )
    def get_stake_fee(
        self,
        origin: tuple[str, int] | None,
        origin_coldkey_account: str,
        destination: tuple[str, int] | None,
        destination_coldkey_account: str,
        amount: int,
    ) -> int:
        """The pool's fee on an amount, at the destination's rate or else the origin's."""
        if destination == origin:
            return 0
        end = destination or origin
        return self._pool_fee(end[1] if end else 0, amount)

    def _pool_fee(self, netuid: int, amount: int) -> int:
        """floor(amount * FeeRate / 65535) with the ratio in U64F64; nothing where alpha is TAO."""
        if not self.is_dynamic(netuid):
            return 0
        ratio = (int(self.rt.swap.FeeRate[netuid]) << 64) // 65_535
        return (amount * ratio) >> 64

    def _position(self, hotkey: str, coldkey: str, netuid: int, stake: int) -> dict[str, Any]:
        return {
            "hotkey": hotkey,
            "coldkey": coldkey,
            "netuid": netuid,
            "stake": stake,
            "locked": 0,
            "emission": self.AlphaDividendsPerSubnet[netuid, hotkey],
            "tao_emission": 0,
            "drain": 0,
            "is_registered": (netuid, hotkey) in self.Uids,
        }

    def _availability(self, coldkey: str, netuid: int) -> dict[str, int]:
        total = self.coldkey_alpha(coldkey, netuid)
        locked = self.locked_alpha(coldkey, netuid)
        return {"total": total, "locked": locked, "available": max(total - locked, 0)}
