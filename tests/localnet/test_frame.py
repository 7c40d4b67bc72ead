from __future__ import annotations

from typing import Any

import pytest

from taoctl.errors import BadDataError, NotInRuntimeError, TaoctlError
from taoctl.localnet.frame import (
    Blake2_128Concat,
    Call,
    Constant,
    Event,
    Identity,
    Origin,
    Pallet,
    Post,
    Runtime,
    Signed,
    StorageMap,
    StorageValue,
    Twox64Concat,
    api,
    call,
    ensure_signed,
)
from taoctl.localnet.pallets.balances import Balances
from taoctl.localnet.pallets.system import System
from taoctl.localnet.state import StateDiscardedError
from taoctl.localnet.types import (
    H256,
    I96F32,
    AccountId32,
    BTreeMap,
    Bytes,
    Enum,
    NetUid,
    Option,
    RuntimeCall,
    Struct,
    Tup,
    Variant,
    Vec,
    bool_,
    u8,
    u16,
    u64,
    u128,
    variant,
)
from taoctl.scale.crypto import KeySigner

ALICE = KeySigner("//Alice").ss58
BOB = KeySigner("//Bob").ss58

Key = Enum("test::Key", [Variant("One", 0), Variant("Of", 1, [u16])])
Identity_ = Struct("test::Identity", [("name", Bytes), ("url", Bytes), ("score", I96F32)])


class Names(Pallet):
    Name = StorageMap(Bytes, [(Blake2_128Concat, AccountId32)])
    Card = StorageMap(Identity_, [(Twox64Concat, AccountId32)], optional=True)


class Sample(Names):
    name = "Sample"
    index = 40
    crate = "sample::pallet"

    Tempo = StorageMap(u16, [(Identity, NetUid)], default=360)
    Keys = StorageMap(AccountId32, [(Identity, NetUid), (Identity, u16)])
    Row = StorageMap(Vec(Tup(u16, u16)), [(Identity, u16)], as_bytes=True)
    Price = StorageMap(I96F32, [(Identity, NetUid)])
    Limits = StorageMap(u64, [(Identity, Key)])
    Claims = StorageMap(BTreeMap(u16, I96F32), [(Identity, u8)])
    Total = StorageValue(u128)
    Flags = StorageValue(Vec(bool_))

    events = [
        Event(0, "Named", [("who", AccountId32), ("hash", H256)]),
        Event(1, "Priced", [I96F32]),
    ]
    errors = ["TooLong", (7, "TooShort")]
    constants = [Constant("MostBytes", u16, 8)]

    @call(0, args=[("name", Bytes)], weight=lambda pallet, args: 100 + len(args["name"]))
    def set_name(self, origin: Origin, name: bytes) -> Post | None:
        who = ensure_signed(origin)
        self.Name[who] = name
        self.deposit("Named", who, "0x" + "11" * 32)
        if len(name) > self.constant("MostBytes"):
            raise self.error("TooLong")
        return Post(weight=10) if not name else None

    @call(1, args=[("calls", Vec(RuntimeCall)), ("card", Option(Identity_))], weight=5, pays=False)
    def run(self, origin: Origin, calls: tuple[Call, ...], card: Any) -> None:
        for one in calls:
            outcome = self.rt.dispatch(one, origin)
            if outcome.error is not None:
                raise outcome.error
        if card is not None:
            self.Card[ensure_signed(origin)] = card

    @api(
        "SampleApi",
        args=[("netuid", NetUid), ("who", AccountId32)],
        returns=Option(Tup(u16, Bytes)),
    )
    def look(self, netuid: int, who: str) -> Any:
        return None if netuid == 9 else (self.Tempo[netuid], self.Name[who])

    @api("SampleApi", returns=u64)
    def block(self) -> int:
        return self.rt.block_number


@pytest.fixture
def rt() -> Runtime:
    runtime = Runtime([System, Sample])
    runtime.state.seal(0)
    return runtime


def make_block(rt: Runtime, *calls: Call) -> None:
    rt.initialize_block(rt.state.head + 1)
    for index, one in enumerate(calls):
        rt.phase = index
        rt.system.note_extrinsic(rt.dispatch(one, Signed(ALICE)), "Normal")
    rt.finalize_block()
    rt.state.commit_block()


def set_name(name: bytes) -> Call:
    return Call("Sample", "set_name", {"name": name})


def test_declarations_of_mixins_belong_to_the_pallet(rt: Runtime) -> None:
    assert {"Name", "Tempo"} <= set(Sample.storage_items)
    assert rt.sample.Name is rt.store("Sample", "Name")
    assert rt.sample.error("TooShort").index == 7
    with pytest.raises(AttributeError):
        _ = rt.nowhere


def test_a_failed_call_leaves_neither_state_nor_events(rt: Runtime) -> None:
    rt.initialize_block(1)
    good = rt.dispatch(set_name(b"abc"), Signed(ALICE))
    bad = rt.dispatch(set_name(b"far too long"), Signed(BOB))
    assert (good.ok, good.weight, good.pays) == (True, 103, True)
    assert str(bad.error) == "Sample.TooLong"
    assert bad.weight == 112
    assert bad.result == {"Err": variant("Module", {"index": 40, "error": b"\x00\x00\x00\x00"})}
    assert BOB not in rt.sample.Name
    assert [(e.name, e.data["who"]) for e in rt.events] == [("Named", ALICE)]
    assert rt.dispatch(set_name(b""), Signed(ALICE)).weight == 10


@pytest.mark.parametrize(
    "name",
    [b"", b"plain", b"0x12", b"0x1234", b"0xzz", b"\xff\xfe", bytes(range(8)), "ünï".encode()],
)
def test_byte_strings_survive_every_codec_step(rt: Runtime, name: bytes) -> None:
    card = {"name": name, "url": b"0xab", "score": -5}
    one = Call("Sample", "run", {"calls": (set_name(name), set_name(b"0x00")), "card": card})
    assert rt.decode_call(rt.encode_call(one)) == one
    make_block(rt, set_name(name), Call("Sample", "run", {"calls": (), "card": card}))
    assert rt.sample.Name[ALICE] == name
    key = rt.codec.storage_key("Sample", "Card", ALICE)
    raw = rt.storage_read(key, 1)
    assert raw is not None
    item = rt.bytes.items["Sample", "Card"]
    assert item.value_from_bytes(raw) == card


def test_changes_become_bytes_and_come_back(rt: Runtime) -> None:
    rt.initialize_block(1)
    sample = rt.sample
    sample.Tempo[3] = 10
    sample.Keys[3, 0] = ALICE
    sample.Row[1] = b"\x04\x01\x00\x02\x00"
    sample.Price[3] = -(1 << 40)
    sample.Limits[variant("Of", 3)] = 5
    sample.Limits["One"] = 6
    sample.Claims[1] = {3: 1, 4: -2}
    sample.Total.put(2**100)
    sample.Flags.put((True, False))
    rt.finalize_block()
    changes = rt.state.commit_block()
    pairs = rt.bytes.changed(changes)
    assert [raw for raw, _ in pairs] == sorted(raw for raw, _ in pairs)
    assert rt.bytes.parse(1, pairs) == changes
    for raw, data in pairs:
        assert rt.storage_read(raw, 1) == data
        assert rt.storage_read(raw, 0) is None
    codec = rt.codec
    assert codec.decode_storage("Sample", "Row", sample.Row[1]) == [(1, 2)]
    raw = rt.storage_read(codec.storage_key("Sample", "Claims", 1), 1)
    assert codec.decode_storage("Sample", "Claims", raw) == {3: {"bits": 1}, 4: {"bits": -2}}


def test_keys_page_in_order_and_at_a_block(rt: Runtime) -> None:
    make_block(rt)
    rt.state.begin_block(2)
    for uid in range(20):
        rt.sample.Keys[uid % 2, uid] = ALICE
    rt.state.commit_block()
    rt.state.begin_block(3)
    del rt.sample.Keys[0, 0]
    rt.state.commit_block()
    prefix = rt.codec.storage_prefix("Sample", "Keys")
    everything = rt.keys_paged(prefix, 100, None, 3)
    assert len(everything) == 19
    assert everything == sorted(everything)
    paged: list[bytes] = []
    while page := rt.keys_paged(prefix, 7, paged[-1] if paged else None, 3):
        paged += page
    assert paged == everything
    assert len(rt.keys_paged(prefix, 100, None, 2)) == 20
    assert rt.keys_paged(prefix, 100, None, 1) == []
    below = rt.codec.storage_prefix("Sample", "Keys", 1)
    assert len(rt.keys_paged(below, 100, None, 3)) == 10
    assert rt.keys_paged(everything[4], 5, None, 3) == [everything[4]]
    assert set(everything) < set(rt.keys_paged(b"", 1_000, None, 3))
    with pytest.raises(StateDiscardedError):
        rt.keys_paged(prefix, 1, None, 4)


def test_keys_of_nothing_read_as_nothing(rt: Runtime) -> None:
    make_block(rt)
    key = rt.codec.storage_key("Sample", "Name", ALICE)
    assert rt.storage_read(key, 1) is None
    assert rt.storage_read(b"\x00" * 40, 1) is None
    assert rt.storage_read(key[:40] + b"\x00" * 24, 1) is None
    assert rt.storage_read(key[:-1], 1) is None


def test_runtime_apis_answer_at_any_kept_block(rt: Runtime) -> None:
    make_block(rt, set_name(b"one"))
    make_block(rt, set_name(b"two"))
    info = rt.codec.need_api("SampleApi", "look")
    args = rt.codec.encode_api_args(info, [3, ALICE])

    def look(block: int) -> Any:
        return rt.codec.decode_api_result(info, rt.call_api("SampleApi_look", args, block))

    assert [look(b) for b in (0, 1, 2)] == [(360, ""), (360, "one"), (360, "two")]
    rt.initialize_block(3)
    rt.dispatch(set_name(b"three"), Signed(ALICE))
    assert look(2) == (360, "two")
    assert rt.call_api("SampleApi_block", b"") == (2).to_bytes(8, "little")
    none = rt.codec.encode_api_args(info, [9, ALICE])
    assert rt.call_api("SampleApi_look", none, 1) == b"\x00"
    rt.state.revert_to(1)
    assert look(1) == (360, "one")
    with pytest.raises(BadDataError):
        rt.call_api("SampleApi_look", args + b"\x00", 1)
    with pytest.raises(BadDataError):
        rt.call_api("SampleApi_block", b"\x01", 1)
    with pytest.raises(NotInRuntimeError):
        rt.call_api("SampleApi_other", b"", 1)


def test_events_are_stored_with_their_phase(rt: Runtime) -> None:
    make_block(rt, set_name(b"a"), set_name(b"far too long"))
    key = rt.codec.storage_key("System", "Events")
    stored = rt.codec.decode_storage("System", "Events", rt.storage_read(key, 1))
    seen = [(e["extrinsic_idx"], e["event"]["module_id"], e["event"]["event_id"]) for e in stored]
    assert seen == [
        (0, "Sample", "Named"),
        (0, "System", "ExtrinsicSuccess"),
        (1, "System", "ExtrinsicFailed"),
    ]
    failed = stored[2]["event"]["attributes"]
    assert failed["dispatch_error"] == {"Module": {"index": 40, "error": "0x00000000"}}
    assert failed["dispatch_info"]["weight"]["ref_time"] == 112
    make_block(rt)
    assert rt.storage_read(key, 2) is None
    assert rt.storage_read(key, 1) is not None


def test_calls_that_do_not_exist_or_fit_are_refused(rt: Runtime) -> None:
    with pytest.raises(NotInRuntimeError):
        rt.dispatch(Call("Sample", "nothing", {}), Signed(ALICE))
    with pytest.raises(TaoctlError):
        rt.decode_call(b"\xff\xff\x00")
    with pytest.raises(TaoctlError):
        rt.decode_call(rt.encode_call(set_name(b"abc")) + b"\x00")


@pytest.mark.parametrize(
    ("dest", "value"),
    [("04" + "00" * 32, "04"), ("01", "04"), ("00" + "11" * 32, "0100"), ("00" + "11" * 32, "")],
    ids=["address kind", "address without account", "value written too long", "value missing"],
)
def test_call_bytes_that_the_chain_could_not_mean_are_refused(dest: str, value: str) -> None:
    runtime = Runtime([System, Balances])
    with pytest.raises(BadDataError):
        runtime.decode_call(bytes.fromhex("0503" + dest + value))
