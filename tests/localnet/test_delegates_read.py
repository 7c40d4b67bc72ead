"""The read of delegates says what storage has, and what the runtime's own API answers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from chain_thread import ThreadChain
from nodes import TAO
from settings_chain import caught_up, on
from weights_chain import ALICE, BOB, CHARLIE, DAVE, EVE, HIDDEN, OPEN, SLOW, weights_chain

from taoctl.chain.client import Chain
from taoctl.localnet.dev import DevNode
from taoctl.localnet.frame import Runtime
from taoctl.localnet.pallets.subtensor.subnets import ROOT
from taoctl.reads.delegates import DelegateRow, delegates

TAKES = {ALICE: 11_796, BOB: 0, CHARLIE: 65_535, EVE: 6_000}
STAKES = {ALICE: 5 * TAO, BOB: 7 * TAO, CHARLIE: 5 * TAO}


def _delegates(runtime: Runtime) -> None:
    """Four delegates: one with a hostile name, one without any UID or stake."""
    module = runtime.subtensor
    module.create_account_if_new(DAVE, EVE)
    for hotkey, take in TAKES.items():
        module.Delegates[hotkey] = take
    for hotkey, rao in STAKES.items():
        module.add_stake_shares(hotkey, hotkey, ROOT, rao)
    module.ValidatorPermit[SLOW] = (False,) * 8
    module.append_neuron(ROOT, ALICE, 0)
    blank = dict.fromkeys(("url", "github_repo", "image", "discord", "description"), b"")
    module.IdentitiesV2[ALICE] = {**blank, "name": b"\x1b[31mAl\xff", "additional": b""}


@pytest.fixture(scope="module")
def net() -> Iterator[ThreadChain]:
    with weights_chain() as chain:

        async def prepare(node: DevNode) -> None:
            await node.amend(_delegates)

        chain.do(prepare)
        yield chain


def test_rows_are_what_the_api_answers(net: ThreadChain) -> None:
    async def work(chain: Chain) -> tuple[tuple[DelegateRow, ...], list[Any]]:
        await caught_up(chain)
        view = await chain.at_head()
        return await delegates(view), await view.api("DelegateInfoRuntimeApi", "get_delegates")

    rows, answers = on(net.url, work)
    told = {one["delegate_ss58"]: one for one in answers}
    assert {row.hotkey for row in rows} == set(told) == set(TAKES)
    for row in rows:
        said = told[row.hotkey]
        assert (row.take, row.owner) == (said["take"], said["owner_ss58"])
        registered = [n for n in said["registrations"] if n != ROOT]
        permits = [n for n in said["validator_permits"] if n != ROOT]
        assert row.netuids == ",".join(map(str, registered))
        assert row.permitted == ",".join(map(str, permits))
        assert (row.subnets, row.permits) == (len(registered), len(permits))
        assert row.root_stake_rao == STAKES.get(row.hotkey, 0)


def test_the_most_staked_come_first_and_ties_by_address(net: ThreadChain) -> None:
    async def work(chain: Chain) -> tuple[DelegateRow, ...]:
        await caught_up(chain)
        return await delegates(await chain.at_head())

    rows = on(net.url, work)
    tied = sorted((ALICE, CHARLIE))
    assert [row.hotkey for row in rows] == [BOB, *tied, EVE]
    by_hotkey = {row.hotkey: row for row in rows}
    assert by_hotkey[ALICE].netuids == f"{OPEN},{HIDDEN},{SLOW}"
    assert by_hotkey[ALICE].permitted == f"{OPEN},{HIDDEN}"
    assert (by_hotkey[EVE].subnets, by_hotkey[EVE].owner, by_hotkey[EVE].name) == (0, DAVE, None)
    assert by_hotkey[ALICE].name == "\x1b[31mAl\ufffd", "cleaned where it is shown, not here"
