"""RPC methods of Subtensor nodes: the runtime's answers under names of their own."""

from __future__ import annotations

import asyncio
from typing import Any

from nodes import ALICE, open_plain
from test_rpc_methods import Client

from taoctl.addresses import decode_ss58
from taoctl.localnet.boot import Options, open_chain
from taoctl.localnet.genesis.accounts import signer
from taoctl.localnet.genesis.keys import demo_coldkey, validator_label
from taoctl.localnet.launch import scenario_kind
from taoctl.localnet.scenarios import named
from taoctl.localnet.sealing import Seal

SCENARIO = named("small")
VALIDATOR = signer(validator_label(SCENARIO, 0)).ss58
COLDKEY = demo_coldkey(SCENARIO, "validator")
TAO = 10**9


def with_small(work: Any) -> None:
    async def run() -> None:
        options = Options(scenario="small", seal=Seal.MANUAL, state_dir=None)
        node = open_chain(options, scenario_kind("small"), ALICE).node
        await work(Client(node))

    asyncio.run(run())


def said(client: Client, api: str, method: str, *args: Any) -> Any:
    """What the runtime API of the node says, as plain values."""
    return getattr(client.node.head.pallets[api], method)(*args)


def decoded(client: Client, api: str, method: str, raw: list[int]) -> Any:
    codec = client.node.runtime.codec
    return codec.decode_api_result(codec.need_api(api, method), bytes(raw))


def test_prices_and_simulated_swaps() -> None:
    async def work(client: Client) -> None:
        price = said(client, "Swap", "current_alpha_price", 1)
        assert await client.ask("swap_currentAlphaPrice", 1) == price > 0
        rows = await client.ask("swap_currentAlphaPriceAll")
        assert rows == [dict(row) for row in said(client, "Swap", "current_alpha_price_all")]
        assert {"netuid": 1, "price": price} in rows
        for name, method in (
            ("swap_simSwapTaoForAlpha", "sim_swap_tao_for_alpha"),
            ("swap_simSwapAlphaForTao", "sim_swap_alpha_for_tao"),
        ):
            raw = await client.ask(name, 1, TAO)
            expected = said(client, "Swap", method, 1, TAO)
            assert decoded(client, "SwapRuntimeApi", method, raw) == expected
            assert expected["tao_amount"] > 0

    with_small(work)


def test_locks_and_delegates() -> None:
    async def work(client: Client) -> None:
        assert await client.ask("stakeInfo_getColdkeyLock", COLDKEY, 1) == [0]
        key = list(decode_ss58(VALIDATOR))
        api = "DelegateInfoRuntimeApi"
        raw = await client.ask("delegateInfo_getDelegate", key)
        delegate = decoded(client, api, "get_delegate", raw)
        assert delegate["delegate_ss58"] == VALIDATOR
        every = await client.ask("delegateInfo_getDelegates")
        assert delegate in decoded(client, api, "get_delegates", every)
        own = await client.ask("delegateInfo_getDelegated", list(decode_ss58(COLDKEY)))
        assert decoded(client, api, "get_delegated", own)

    with_small(work)


def test_what_is_asked_wrongly_or_of_a_chain_without_pools_is_refused() -> None:
    async def work(client: Client) -> None:
        for method, *params in (
            ("swap_currentAlphaPrice", -1),
            ("swap_currentAlphaPrice", 65_536),
            ("swap_currentAlphaPrice", True),
            ("swap_simSwapTaoForAlpha", 1, 2**64),
            ("stakeInfo_getColdkeyLock", "nobody", 1),
            ("delegateInfo_getDelegate", [1, 2, 3]),
            ("delegateInfo_getDelegate", [256] * 32),
            ("delegateInfo_getDelegate", ["a"] * 32),
        ):
            assert (await client.error(method, *params))["code"] == -32602
        wrong_block = await client.error("swap_currentAlphaPrice", 1, "0x" + "ab" * 32)
        assert wrong_block["code"] == 4003

    with_small(work)

    async def plain() -> None:
        client = Client(open_plain().node)
        error = await client.error("swap_currentAlphaPrice", 1)
        assert error["code"] == 1
        assert "current_alpha_price" in error["message"]

    asyncio.run(plain())
