"""A runtime without a node that plans can be made on: what they say, and what then happens."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from subtensor_chain import TAO, Chain, account

from taoctl.calls.base import Effect, Intent, Quote, Refusal, call_bytes
from taoctl.chain.runtime import Runtime, RuntimeVersion
from taoctl.chain.view import View
from taoctl.economics.pool import Pool
from taoctl.localnet.frame import Outcome, Signed
from taoctl.localnet.pallets import PALLETS
from taoctl.localnet.pallets.subtensor.subnets import subnet_account
from taoctl.units import Tao

T = TypeVar("T")
ALICE, BOB = account("alice"), account("bob")
VAL1, VAL2 = account("h:val0-1"), account("h:val1-1")
VAL_ON_2 = account("h:val0-2")
OWNER1, OWNED1 = account("c:val0-1"), account("h:val0-1")
ROOT, EVEN, UNEVEN, STABLE, CLOSED = range(5)
"""Subnets: root, two pools of even and of uneven weights, one without a pool, one not started."""


@dataclass(frozen=True)
class Said:
    """All that an intent says of itself on one block."""

    call: bytes
    refusals: tuple[Refusal, ...]
    effects: tuple[Effect, ...]
    quotes: tuple[Quote, ...]
    warnings: tuple[str, ...]
    spends: Tao | None
    words: str

    @property
    def names(self) -> list[str]:
        """The names of what is refused."""
        return [one.name for one in self.refusals]


class DeskChain(Chain):
    """Alice and Bob with 10,000 TAO each; alpha of every validator on its own hotkey."""

    network, simulated = "desk", True

    def __init__(self) -> None:
        super().__init__(subnets=CLOSED, pallets=PALLETS)
        state, module = self.rt.state, self.rt.subtensor
        self.asked: list[str] = []
        self.prepared = 1
        self.overrule: dict[str, Any] = {}
        state.begin_block(1)
        self.endow("bob", 10_000 * TAO)
        self.shape(UNEVEN, Pool(7_123 * TAO + 17, 812 * TAO + 5, 3 * 10**17, 600))
        module.SubnetMechanism[STABLE] = 0
        module.SubtokenEnabled[CLOSED] = False
        module.TotalIssuance.put(self.rt.balances.TotalIssuance.get())
        state.commit_block()

    def shape(self, netuid: int, pool: Pool) -> None:
        """Give a subnet the pool, and its account the TAO."""
        module, swap = self.rt.subtensor, self.rt.swap
        reserve = module.SubnetTAO[netuid]
        if pool.tao_reserve > reserve:
            self.endow_account(subnet_account(netuid), pool.tao_reserve - reserve)
        module.SubnetTAO[netuid], module.SubnetAlphaIn[netuid] = (
            pool.tao_reserve,
            pool.alpha_reserve,
        )
        swap.SwapBalancer[netuid] = {"quote": pool.quote_weight_perquintill}
        swap.FeeRate[netuid] = pool.fee_rate_u16

    def change(self, **items: dict[Any, Any]) -> None:
        """Write storage of the subnet pallet in a block of its own; key () for plain values."""
        self.rt.state.begin_block(self.rt.state.head + 1)
        for name, values in items.items():
            for key, value in values.items():
                item = getattr(self.rt.subtensor, name)
                if key == ():
                    item.put(value)
                else:
                    item[key] = value
        self.rt.state.commit_block()

    # reading

    def view(self) -> View:
        """The newest block."""
        version = RuntimeVersion("node-subtensor", 424, 1)
        runtime = Runtime(version, self.rt.codec, "desk")

        async def find() -> Runtime:
            return runtime

        head = self.rt.state.head
        return View(self, head, f"0x{head:064x}", find, runtime)  # type: ignore[arg-type]

    async def call(self, method: Any, params: Any = ()) -> Any:  # type: ignore[override]
        """One JSON-RPC request of the view."""
        head = self.rt.state.head
        self.asked.append(method if method != "state_call" else params[0])
        match method:
            case "state_getStorage":
                return _hex(self.rt.storage_read(_bytes(params[0]), head))
            case "state_queryStorageAt":
                keys = [(key, _hex(self.rt.storage_read(_bytes(key), head))) for key in params[0]]
                return [{"block": params[1], "changes": keys}]
            case "state_getKeysPaged":
                start = _bytes(params[2]) if params[2] else None
                found = self.rt.keys_paged(_bytes(params[0]), params[1], start, head)
                return [_hex(key) for key in found]
            case "state_call":
                answer = self.rt.call_api(params[0], _bytes(params[1]), head)
                return _hex(self.overrule.get(params[0], answer))
        raise AssertionError(f"{method} was not expected")

    # planning and doing

    def said(self, intent: Intent, origin: str = ALICE) -> Said:
        """What the intent says of itself."""

        async def ask() -> Said:
            view = self.view()
            return Said(
                call=call_bytes(view.codec, await intent.call(view, origin)),
                refusals=await intent.preflight(view, origin),
                effects=await intent.effects(view, origin),
                quotes=await intent.quotes(view, origin),
                warnings=await intent.warnings(view, origin),
                spends=await intent.spends(view, origin),
                words=await intent.words(view, origin),
            )

        return run(ask())

    def done(self, call: bytes, origin: str = ALICE, *, fee: int = 0) -> Outcome:
        """Have a call carried out in a block of its own, without emission, after a fee."""
        state = self.rt.state
        state.begin_block(state.head + 1)
        self.rt.begin(state.head + 1, bytes(32))
        if fee:
            self.rt.balances.withdraw(origin, fee, keep_alive=True)
        outcome = self.rt.dispatch(self.rt.decode_call(call), Signed(origin))
        state.commit_block()
        return outcome

    def holds(self, effects: Sequence[Effect]) -> list[int]:
        """What the accounts of effects hold now, rao, in their order."""
        return [self._holds(one) for one in effects]

    def _holds(self, one: Effect) -> int:
        if one.what == "free":
            return int(self.rt.system.Account[one.account]["data"]["free"])
        assert one.what == "stake"
        return int(self.rt.subtensor.stake_of(one.hotkey, one.account, one.netuid))


def run(work: Coroutine[Any, Any, T]) -> T:
    """What a coroutine returns."""
    return asyncio.run(work)


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text[2:])


def _hex(data: bytes | None) -> str | None:
    return None if data is None else "0x" + data.hex()
