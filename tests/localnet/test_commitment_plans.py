"""Commitments: what a plan says of them comes true, and what the chain refuses it refuses too."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from chain_thread import ThreadChain
from settings_chain import OWN, carried_out, caught_up, forced, on, settings_chain

from taoctl.calls.base import ChainCall
from taoctl.calls.commitment import SetCommitment
from taoctl.calls.remedies import remedy
from taoctl.chain.client import Chain
from taoctl.reads.commitments import CommitmentRow, commitments, commitments_of
from taoctl.submit.options import TxOptions
from taoctl.submit.plan import Plan, make_plan

URI = "//Hotkey/own"
ELSEWHERE = 5
"""A subnet on which the hotkey has no UID."""
ROOM = 3_100


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    monkeypatch.setenv("TAOCTL_HOME", str(tmp_path_factory.mktemp("home")))


@pytest.fixture(scope="module")
def net() -> Iterator[ThreadChain]:
    with settings_chain() as chain:
        yield chain


async def put(chain: Chain, item: str, keys: tuple[Any, ...], value: Any) -> None:
    """Store a value of the pallet behind everybody's back; None removes it."""
    codec = (await chain.at_head()).codec
    key = codec.storage_key("Commitments", item, *keys)
    kind = codec.need_storage("Commitments", item).value_type
    encoded = None if value is None else "0x" + codec.encode(kind, value).hex()
    await chain.call("dev_setStorage", [[["0x" + key.hex(), encoded]]])
    await chain.call("dev_newBlock", [])


async def plan_of(chain: Chain, intent: SetCommitment) -> Plan:
    await caught_up(chain)
    return await make_plan(chain, intent, OWN, TxOptions(again=True))


async def fresh(chain: Chain, netuid: int = 1) -> None:
    for item in ("UsedSpaceOf", "CommitmentOf", "RevealedCommitments"):
        await put(chain, item, (netuid, OWN), None)


@pytest.mark.parametrize(
    "fields",
    [
        (b"hello",),
        (b"0x68656c6c6f", b"", b"\xff\x00\x80"),
        (b"x" * 128,),
        (b"y" * 129,),
        (b"z" * 512, b"\xff" * 300),
        ('{"model": "⛏"}'.encode(),),
    ],
)
def test_what_is_published_is_read_back_to_the_byte(
    net: ThreadChain, fields: tuple[bytes, ...]
) -> None:
    async def work(chain: Chain) -> tuple[CommitmentRow, ...]:
        await fresh(chain)
        plan, outcome = await carried_out(chain, SetCommitment(1, fields), URI)
        assert (plan.refusals, outcome.error) == ((), None)
        assert str(plan.call) == "Commitments.set_commitment"
        assert plan.fee is not None and plan.fee.rao == 0
        assert [one.before for one in plan.effects] == ["nothing"]
        used = max(sum(map(len, fields)), 100)
        assert any(f"{ROOM - used} more bytes" in text for text in plan.warnings)
        view = await chain.at_hash(str(outcome.block_hash))
        again = await plan_of(chain, SetCommitment(1, (b"other",)))
        assert again.effects[0].before == plan.effects[0].after
        assert any(f"{ROOM - used - 100} more bytes" in text for text in again.warnings)
        rows = await commitments_of(view, {1: range(9)}, {OWN: "mine"})
        assert rows == await commitments(view, [], [OWN], {OWN: "mine"})
        return rows

    rows = on(net.url, work)
    assert [bytes.fromhex(row.data[2:]) for row in rows] == list(fields)
    assert [row.size for row in rows] == list(map(len, fields))
    assert {row.kind for row in rows} <= {"Raw", "BigRaw"}
    texts = [None if b"\xff" in one else one.decode() for one in fields]
    assert [row.text for row in rows] == texts
    assert {(row.netuid, row.hotkey, row.hotkey_name) for row in rows} == {(1, OWN, "mine")}


def test_every_kind_is_read_and_what_was_opened_too(net: ThreadChain) -> None:
    async def work(chain: Chain) -> tuple[CommitmentRow, ...]:
        await fresh(chain)
        locked = {"TimelockEncrypted": {"encrypted": b"\x01\x02", "reveal_round": 10**7}}
        stored = ["None", "ResetBondsFlag", {"Sha256": b"a" * 32}, {"BigRaw": b"big"}, locked]
        await put(
            chain,
            "CommitmentOf",
            (1, OWN),
            {"deposit": 0, "block": 7, "info": {"fields": stored}},
        )
        await put(chain, "RevealedCommitments", (1, OWN), [(b"secret", 5), (b"\xfe", 6)])
        plan = await plan_of(chain, SetCommitment(1, (b"x",)))
        assert plan.effects[0].before == "None, ResetBondsFlag, Sha256, 'big', TimelockEncrypted"
        return await commitments_of(await caught_up(chain), {1: (0,)})

    rows = on(net.url, work)
    assert [(row.kind, row.text, row.size, row.block) for row in rows] == [
        ("None", None, 0, 7),
        ("ResetBondsFlag", None, 0, 7),
        ("Sha256", None, 32, 7),
        ("BigRaw", "big", 3, 7),
        ("TimelockEncrypted", None, 2, 7),
        ("revealed", "secret", 6, 5),
        ("revealed", None, 1, 6),
    ]
    assert [row.reveal_round for row in rows if row.reveal_round] == [10**7]


@pytest.mark.parametrize(
    ("name", "intent"),
    [
        ("AccountNotAllowedCommit", SetCommitment(ELSEWHERE, (b"x",))),
        ("TooManyFieldsInCommitmentInfo", SetCommitment(1, (b"a", b"b", b"c", b"d"))),
        ("SpaceLimitExceeded", SetCommitment(2, (b"x" * 101,))),
        ("SpaceLimitExceeded", SetCommitment(3, (b"x",))),
    ],
)
def test_what_the_chain_refuses_is_refused_before_by_the_same_name(
    net: ThreadChain, name: str, intent: SetCommitment
) -> None:
    calls: list[ChainCall] = []

    async def work(chain: Chain) -> None:
        view = await caught_up(chain)
        for netuid, used in ((2, ROOM - 100), (3, ROOM - 99)):
            epoch = await view.value("SubtensorModule", "SubnetEpochIndex", netuid)
            usage = {"last_epoch": epoch, "used_space": used}
            await put(chain, "UsedSpaceOf", (netuid, OWN), usage)
        plan = await plan_of(chain, intent)
        (refusal,) = plan.refusals
        assert refusal.name == name
        assert refusal.hint and remedy(f"Commitments.{name}")
        calls.append(plan.call)

    on(net.url, work)
    assert forced(net, calls[0], URI) == f"Commitments.{name}"


def test_room_that_was_used_in_another_epoch_is_free_again(net: ThreadChain) -> None:
    async def work(chain: Chain) -> None:
        await put(chain, "UsedSpaceOf", (2, OWN), {"last_epoch": 10**6, "used_space": ROOM})
        plan, outcome = await carried_out(chain, SetCommitment(2, (b"x" * 400,)), URI)
        assert (plan.refusals, outcome.error) == ((), None)

    on(net.url, work)
