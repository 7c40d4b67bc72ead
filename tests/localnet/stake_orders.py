"""Staking calls as people might send them: sensible, careless, or at the edge of the allowed."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from stake_chain import CLOSED, NETUIDS, PEOPLE, StakeChain
from subtensor_chain import TAO, account

from taoctl.localnet.pallets.account_balances import EXISTENTIAL_DEPOSIT as ED
from taoctl.localnet.pallets.subtensor.subnets import ROOT
from taoctl.localnet.pallets.subtensor.treasury import MIN_STAKE

Order = tuple[str, dict[str, Any]]
"""A call's name and its arguments."""

LEAST = MIN_STAKE + MIN_STAKE * 33 // 65_535
TAKES = (0, 1, 5_000, 11_796, 11_797, 65_535)
TYPES = ("Swap", "Keep", {"KeepSubnets": {"subnets": (1, 3)}})


class Orders:
    """Draws calls of one signer on a chain as it stands."""

    def __init__(self, chain: StakeChain, dice: random.Random) -> None:
        self.chain, self.dice = chain, dice

    def draw(self, who: str, kind: str) -> Order:
        """One call of a kind; see KINDS."""
        return KINDS[kind](self, who)

    # parts

    def hotkey(self) -> str:
        if self.dice.random() < 0.03:
            return account("h:nobody")
        return self.dice.choice(self.chain.hotkeys)

    def netuid(self) -> int:
        return self.dice.choice([*NETUIDS, *NETUIDS, *NETUIDS, 1, 2, 3, CLOSED, 77])

    def held(self, who: str) -> tuple[str, int, int]:
        """A position of an account: hotkey, netuid, rao; now and then one that is not there."""
        module = self.chain.rt.subtensor
        found = [
            (hotkey, netuid)
            for (hotkey, coldkey, netuid), _ in module.AlphaV2.items()
            if coldkey == who
        ]
        if not found or self.dice.random() < 0.05:
            hotkey, netuid = self.hotkey(), self.netuid()
        else:
            hotkey, netuid = self.dice.choice(sorted(found))
        return hotkey, netuid, module.stake_of(hotkey, who, netuid)

    def tao(self, who: str) -> int:
        free = self.chain.rt.balances.free(who)
        edges = [0, 1, LEAST - 1, LEAST, LEAST + 1, free, free - ED, free - ED + 1, free + 1, 2**64]
        likely = [free // n for n in (2, 3, 9, 50, 1_000)]
        chosen = self.dice.choice([*edges, *likely * 3, self.dice.randint(LEAST, 50 * TAO)])
        return min(max(chosen, 0), 2**64 - 1)

    def alpha(self, held: int) -> int:
        edges = [0, 1, held - 1, held, held, held + 1, MIN_STAKE, held - MIN_STAKE, 2**64 - 1]
        likely = [held // n for n in (2, 3, 4, 10, 100)]
        return max(self.dice.choice([*edges, *likely * 3]), 0)

    def price(self, netuid: int) -> int:
        """A limit near the spot price, on either side of it."""
        spot = self.chain.rt.swap.price_rao(netuid)
        near = [spot * part // 1_000 for part in (500, 950, 990, 999, 1_000, 1_001, 1_010, 1_100)]
        return self.dice.choice([*near, *near, spot + 1, 0, 10**9, 2**64 - 1])

    def ratio(self, origin: int, destination: int) -> int:
        """A limit near the ratio of two prices."""
        swap = self.chain.rt.swap
        spot = swap.price_rao(origin) * 10**9 // max(swap.price_rao(destination), 1)
        near = [spot * part // 1_000 for part in (300, 900, 990, 999, 1_000, 1_010)]
        return self.dice.choice([*near, *near, 0, 1, 10**9])

    def coin(self) -> bool:
        return self.dice.random() < 0.5

    # trades

    def add(self, who: str) -> Order:
        args = {"hotkey": self.hotkey(), "netuid": self.netuid(), "amount_staked": self.tao(who)}
        if self.coin():
            return "add_stake", args
        limit = {"limit_price": self.price(args["netuid"]), "allow_partial": self.coin()}
        return "add_stake_limit", {**args, **limit}

    def remove(self, who: str) -> Order:
        hotkey, netuid, held = self.held(who)
        args = {"hotkey": hotkey, "netuid": netuid}
        name = self.dice.choice(["remove_stake", "remove_stake_limit", "remove_stake_full_limit"])
        if name == "remove_stake_full_limit":
            limit = self.dice.choice([None, self.price(netuid)])
            return name, {**args, "limit_price": limit}
        args["amount_unstaked"] = self.alpha(held)
        if name == "remove_stake_limit":
            args |= {"limit_price": self.price(netuid), "allow_partial": self.coin()}
        return name, args

    def leave(self, who: str) -> Order:
        name = self.dice.choice(["unstake_all", "unstake_all_alpha"])
        return name, {"hotkey": self.held(who)[0]}

    def move(self, who: str) -> Order:
        hotkey, netuid, held = self.held(who)
        return "move_stake", {
            "origin_hotkey": hotkey,
            "destination_hotkey": self.dice.choice([hotkey, self.hotkey(), self.hotkey()]),
            "origin_netuid": netuid,
            "destination_netuid": self.dice.choice([netuid, self.netuid()]),
            "alpha_amount": self.alpha(held),
        }

    def transfer(self, who: str) -> Order:
        hotkey, netuid, held = self.held(who)
        return "transfer_stake", {
            "destination_coldkey": self.dice.choice(PEOPLE),
            "hotkey": hotkey,
            "origin_netuid": netuid,
            "destination_netuid": self.dice.choice([netuid, netuid, self.netuid()]),
            "alpha_amount": self.alpha(held),
        }

    def swap(self, who: str) -> Order:
        hotkey, netuid, held = self.held(who)
        target = self.netuid()
        args = {
            "hotkey": hotkey,
            "origin_netuid": netuid,
            "destination_netuid": target,
            "alpha_amount": self.alpha(held),
        }
        if self.coin():
            return "swap_stake", args
        limit = {"limit_price": self.ratio(netuid, target), "allow_partial": self.coin()}
        return "swap_stake_limit", {**args, **limit}

    def end(self, who: str) -> Order:
        hotkey, netuid, held = self.held(who)
        name = self.dice.choice(["recycle_alpha", "burn_alpha", "add_stake_burn"])
        if name == "add_stake_burn":
            limit = self.dice.choice([None, self.price(netuid)])
            tao = self.tao(who) // 10
            return name, {"hotkey": hotkey, "netuid": netuid, "amount": tao, "limit": limit}
        return name, {"hotkey": hotkey, "amount": self.alpha(held) // 3, "netuid": netuid}

    def root(self, who: str) -> Order:
        """Stake on root, where dividends of all subnets are claimed from."""
        args = {"hotkey": self.hotkey(), "netuid": ROOT, "amount_staked": self.tao(who) // 4}
        return "add_stake", args

    # settings

    def claim(self, who: str) -> Order:
        count = self.dice.randint(0, 6)
        subnets = sorted({self.netuid() for _ in range(count)})
        if self.dice.random() < 0.3:
            return "set_root_claim_type", {"new_root_claim_type": self.dice.choice(TYPES)}
        return "claim_root", {"subnets": tuple(subnets)}

    def lock(self, who: str) -> Order:
        hotkey, netuid, held = self.held(who)
        name = self.dice.choice(
            [
                "lock_stake",
                "lock_stake",
                "move_lock",
                "set_perpetual_lock",
                "set_reject_locked_alpha",
            ]
        )
        args: dict[str, dict[str, Any]] = {
            "lock_stake": {"hotkey": hotkey, "netuid": netuid, "amount": self.alpha(held) // 2},
            "move_lock": {"destination_hotkey": self.hotkey(), "netuid": netuid},
            "set_perpetual_lock": {"netuid": netuid, "enabled": self.coin()},
            "set_reject_locked_alpha": {"enabled": self.coin()},
        }
        return name, args[name]

    def keys(self, who: str) -> Order:
        """What changes who earns: auto-stake, takes, children."""
        own = self.own(who)
        netuid = self.netuid()
        take = self.dice.choice(TAKES)
        children = [(2**62, self.hotkey()), (2**62 + 1, self.hotkey())][: self.dice.randint(0, 2)]
        args: dict[str, dict[str, Any]] = {
            "set_coldkey_auto_stake_hotkey": {"netuid": netuid, "hotkey": self.hotkey()},
            "increase_take": {"hotkey": own, "take": take},
            "decrease_take": {"hotkey": own, "take": take},
            "set_childkey_take": {"hotkey": own, "netuid": netuid, "take": take},
            "set_children": {"hotkey": own, "netuid": netuid, "children": tuple(children)},
        }
        name = self.dice.choice(sorted(args))
        return name, args[name]

    def own(self, who: str) -> str:
        """A hotkey that the account owns, where there is one."""
        owned = self.chain.rt.subtensor.OwnedHotkeys[who]
        return self.dice.choice(owned) if owned else self.hotkey()


KINDS: dict[str, Callable[[Orders, str], Order]] = {
    "add": Orders.add,
    "remove": Orders.remove,
    "leave": Orders.leave,
    "move": Orders.move,
    "transfer": Orders.transfer,
    "swap": Orders.swap,
    "end": Orders.end,
    "root": Orders.root,
    "claim": Orders.claim,
    "lock": Orders.lock,
    "keys": Orders.keys,
}
"""What people do with their stake."""
