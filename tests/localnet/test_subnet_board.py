"""The board of subnets says of each what the single reads say, and what the next block brings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Any

import pytest
from chain_thread import ThreadChain
from owned_chain import owned_chain
from settings_chain import caught_up, on, put, stored

from taoctl.chain.client import Chain
from taoctl.reads.network_cost import network_cost
from taoctl.reads.subnet_board import SubnetBoard, subnet_board
from taoctl.reads.subnet_list import ListedSubnetRow, listed_subnets
from taoctl.reads.subnet_prune_order import subnet_prune_line

MOST_REQUESTS = 8


@pytest.fixture
def net(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> Iterator[ThreadChain]:
    monkeypatch.setenv("TAOCTL_HOME", str(tmp_path))
    with owned_chain() as chain:
        yield chain


async def day_ago(prices: Mapping[int, int]) -> Mapping[int, int]:
    return prices


def test_it_says_what_the_single_reads_say(net: ThreadChain) -> None:
    async def work(chain: Chain) -> None:
        view = await caught_up(chain)
        listed = await listed_subnets(view)
        now = {row.netuid: row.price_rao for row in listed}
        assert len(now) > 3 and now[1]
        before = {0: 5, 1: now[1] // 2, 2: now[2] or 0}
        board = await subnet_board(view, day_ago(before))
        for row, alone in zip(board.rows, listed, strict=True):
            for field in fields(ListedSubnetRow):
                assert getattr(row, field.name) == getattr(alone, field.name)
        changes = {row.netuid: row.price_change_ppm for row in board.rows}
        assert changes.pop(0) is None and changes.pop(2) == 0
        half = now[1] // 2
        assert changes.pop(1) == (now[1] - half) * 1_000_000 // half
        assert set(changes.values()) == {None}
        assert board.cost == await network_cost(view)
        line = await subnet_prune_line(view)
        assert board.line == line
        ranks = {row.netuid: row.prune_rank for row in line.rows}
        assert {row.netuid: row.prune_rank for row in board.rows} == {0: None} | ranks

    on(net.url, work)


def test_the_next_price_of_a_seat_is_that_of_the_next_block(net: ThreadChain) -> None:
    async def work(chain: Chain) -> None:
        for netuid, (burn, half_life) in {1: (900_000_007, 50), 2: (1, 360), 3: (7, 0)}.items():
            await put(chain, "Burn", (netuid,), burn)
            await put(chain, "BurnHalfLife", (netuid,), half_life)
        for _ in range(3):
            board = await subnet_board(await caught_up(chain), day_ago({}))
            await chain.call("dev_newBlock", [])
            view = await caught_up(chain)
            for row in board.rows[1:]:
                assert row.next_burn_rao == await stored(view, "Burn", row.netuid)
                assert row.next_burn_rao is not None and row.risen_burn_rao is not None
                assert row.risen_burn_rao >= row.next_burn_rao
            root = board.rows[0]
            assert (root.next_burn_rao, root.risen_burn_rao) == (None, None)

    on(net.url, work)


def test_it_takes_no_more_requests_than_the_other_screens(net: ThreadChain) -> None:
    async def work(chain: Chain) -> int:
        view = await caught_up(chain)
        asked: list[str] = []
        call = chain.call

        async def counted(method: str, params: Any = (), **options: Any) -> Any:
            asked.append(method)
            return await call(method, params, **options)

        chain.call = counted  # type: ignore[method-assign]
        found: SubnetBoard = await subnet_board(view, day_ago({}))
        assert len(found.rows) > 3
        return len(asked)

    assert on(net.url, work) <= MOST_REQUESTS
