"""How long blocks take: measured as they usually are, whatever a halt did to the mean."""

from __future__ import annotations

from itertools import count

import pytest
from chain_thread import ThreadChain
from settings_chain import caught_up, on

from taoctl.chain.client import Chain
from taoctl.chain.pace import measured_block_ms
from taoctl.localnet import node as localnet_node
from taoctl.localnet.sealing import Seal

BLOCK_MS = 12_000
HALT_MS = 30 * 60_000
BEGUN_MS = 1_692_000_000_000


@pytest.fixture(autouse=True)
def steady(monkeypatch: pytest.MonkeyPatch) -> None:
    """A clock that goes a block's time at each look."""
    looks = count(1)
    monkeypatch.setattr(localnet_node, "_wall_ms", lambda: BEGUN_MS + next(looks) * BLOCK_MS)


def test_a_halt_says_nothing_of_the_blocks_to_come() -> None:
    async def work(chain: Chain) -> None:
        async def blocks(many: int) -> int | None:
            await chain.call("dev_newBlock", [{"count": many}])
            return await measured_block_ms(await caught_up(chain))

        assert await measured_block_ms(await caught_up(chain)) is None
        assert [await blocks(1) for _ in range(4)] == [None, BLOCK_MS, BLOCK_MS, BLOCK_MS]
        assert await blocks(96) == BLOCK_MS
        view = await caught_up(chain)
        await chain.call("dev_timeTravel", [await view.timestamp_ms() + HALT_MS])
        assert [await blocks(many) for many in (2, 18, 20, 30)] == [BLOCK_MS] * 4

    with ThreadChain(seal=Seal.MANUAL, finality_lag=0) as net:
        on(net.url, work)
