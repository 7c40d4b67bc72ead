from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scenario_chain import lived

from taoctl.localnet.history import FixedHistory, Form, LooseHistory, Packed, history_of
from taoctl.localnet.state import ABSENT, BlockChanges, State, StateDiscardedError
from taoctl.localnet.store import MapStore, MapView, ReadOnlyStateError, ValueStore, ValueView


def fresh(history_blocks: int = 2_000) -> tuple[State, ValueStore, MapStore, MapStore]:
    state = State(history_blocks)
    value, single, double = (
        state.add("P", "Value", 0, 7),
        state.add("P", "Map", 1, 0),
        state.add("P", "Double", 2, None),
    )
    assert isinstance(value, ValueStore)
    assert isinstance(single, MapStore)
    assert isinstance(double, MapStore)
    state.seal(0)
    return state, value, single, double


def test_defaults_stand_for_what_is_not_stored() -> None:
    _, value, single, double = fresh()
    assert (value.get(), single[5], single.get(5), single.get(5, 9)) == (7, 0, 0, 9)
    assert double[1, 2] is None
    assert 5 not in single
    assert not value.exists()


def test_a_past_block_reads_as_it_was() -> None:
    state, value, single, _ = fresh()
    for number in range(1, 6):
        state.begin_block(number)
        value.put(number * 10)
        single[number] = number
        state.commit_block()
    at = ValueView(value, 3)
    assert (at.get(), ValueView(value, 0).get(), value.get()) == (30, 7, 50)
    view = MapView(single, 3)
    assert dict(view.items()) == {1: 1, 2: 2, 3: 3}
    assert len(view) == 3
    assert 4 not in view
    assert view[4] == 0


def test_the_head_does_not_show_a_block_in_the_making() -> None:
    state, value, single, double = fresh()
    state.begin_block(1)
    value.put(1)
    single[1] = 1
    double[1, 1] = 1
    assert ValueView(value, 0).get() == 7
    assert list(MapView(single, 0).items()) == []
    assert list(MapView(double, 0).prefix(1)) == []
    state.abort_block()
    assert (value.get(), len(single), len(double)) == (7, 0, 0)
    assert not state.in_block


def test_prefixes_follow_inserts_and_removals() -> None:
    state, _, _, double = fresh()
    triple = state.add("P", "Triple", 3, 0)
    assert isinstance(triple, MapStore)
    state.begin_block(1)
    double[1, 1], double[1, 2], double[2, 1] = 11, 12, 21
    triple[1, 1, 1], triple[1, 1, 2], triple[1, 2, 1] = 1, 2, 3
    state.commit_block()
    state.begin_block(2)
    del double[1, 1]
    double[1, 3] = 13
    state.commit_block()
    assert dict(double.prefix(1)) == {2: 12, 3: 13}
    assert dict(MapView(double, 1).prefix(1)) == {1: 11, 2: 12}
    assert dict(triple.prefix(1)) == {(1, 1): 1, (1, 2): 2, (2, 1): 3}
    assert dict(triple.prefix(1, 1)) == {1: 1, 2: 2}
    state.begin_block(3)
    assert triple.clear(1, 1) == 2
    assert dict(triple.items()) == {(1, 2, 1): 3}
    assert double.clear() == 3
    assert list(double.prefix(1)) == []


def test_a_failed_transaction_leaves_no_trace() -> None:
    state, value, single, double = fresh()
    state.begin_block(1)
    single[1] = 1
    with pytest.raises(ZeroDivisionError), state.transaction():
        value.put(99)
        single[1] = 2
        del single[1]
        double[1, 1] = 5
        with state.transaction():
            single[3] = 3
        raise ZeroDivisionError
    assert (value.get(), dict(single.items()), dict(double.items())) == (7, {1: 1}, {})
    with state.transaction():
        single[4] = 4
        with pytest.raises(KeyError), state.transaction():
            single[4] = 5
            raise KeyError
    assert single[4] == 4
    changes = state.commit_block()
    assert changes == BlockChanges(1, {("P", "Map"): {1: 1, 4: 4}})


def test_changes_hold_what_differs_and_no_more() -> None:
    state, value, single, _ = fresh()
    state.begin_block(1)
    value.put(1)
    single[1] = 1
    state.commit_block()
    state.begin_block(2)
    value.put(2)
    value.put(1)
    del single[1]
    single[2] = 2
    del single[2]
    assert state.commit_block() == BlockChanges(2, {("P", "Map"): {1: ABSENT}})
    assert list(single.history) == [1]


def test_reverting_restores_every_item() -> None:
    state, value, single, double = fresh()
    for number in range(1, 6):
        state.begin_block(number)
        value.put(number)
        double[number % 2, number] = number
        if number == 4:
            value.kill()
            del double[1, 1]
        state.commit_block()
    state.begin_block(6)
    single[1] = 1
    state.revert_to(2)
    assert (state.head, value.get(), dict(double.items())) == (2, 2, {(1, 1): 1, (0, 2): 2})
    assert dict(double.prefix(1)) == {1: 1}
    assert len(single) == 0
    state.begin_block(3)
    value.put(33)
    state.commit_block()
    assert ValueView(value, 2).get() == 2


def test_old_blocks_are_forgotten_only_beyond_the_promise() -> None:
    state, value, _, _ = fresh(history_blocks=100)
    for number in range(1, 401):
        state.begin_block(number)
        value.put(number)
        state.commit_block()
    assert 0 < state.oldest <= 300
    state.check_kept(300)
    with pytest.raises(StateDiscardedError):
        state.check_kept(state.oldest - 1)
    with pytest.raises(StateDiscardedError):
        state.check_kept(401)
    assert ValueView(value, 300).get() == 300
    assert ValueView(value, state.oldest).get() == state.oldest
    assert value.history.records(()) < 240


def test_amending_the_head_keeps_the_past() -> None:
    state, value, single, _ = fresh()
    for number in (1, 2):
        state.begin_block(number)
        value.put(number)
        state.commit_block()
    with state.amend():
        value.put(50)
        single[9] = 9
        changes = state.pending()
    assert changes == {("P", "Value"): {(): 50}, ("P", "Map"): {9: 9}}
    assert (ValueView(value, 2).get(), ValueView(value, 1).get()) == (50, 1)
    assert 9 not in MapView(single, 1)
    state.revert_to(1)
    assert value.get() == 1
    assert 9 not in single


def test_replaying_changes_gives_the_same_state() -> None:
    state, value, single, _ = fresh()
    copy, copied_value, copied_single, _ = fresh()
    for number in range(1, 4):
        state.begin_block(number)
        value.put(number)
        single[number] = number
        if number > 1:
            del single[number - 1]
        copy.apply(state.commit_block())
    assert copied_value.get() == value.get()
    assert copied_single.data == single.data
    assert dict(MapView(copied_single, 1).items()) == {1: 1}


def test_the_past_cannot_be_written() -> None:
    state, value, single, _ = fresh()
    with pytest.raises(ReadOnlyStateError):
        ValueView(value, 0).put(1)
    with pytest.raises(ReadOnlyStateError):
        MapView(single, 0)[1] = 1
    with pytest.raises(ValueError, match="block 5"):
        state.begin_block(5)


KEYS = st.tuples(st.integers(0, 2), st.integers(0, 2))
WRITES = st.lists(st.tuples(KEYS, st.one_of(st.none(), st.integers(0, 3))), max_size=6)


@settings(max_examples=60, deadline=None)
@given(blocks=st.lists(WRITES, max_size=8), back=st.integers(0, 8))
def test_views_equal_copies_taken_at_the_time(blocks: list[Any], back: int) -> None:
    state, _, _, double = fresh()
    copies: list[dict[Any, Any]] = [{}]
    for number, writes in enumerate(blocks, 1):
        state.begin_block(number)
        for key, value in writes:
            double[key] = value
        state.commit_block()
        copies.append(dict(double.data))
    for number, copy in enumerate(copies):
        view = MapView(double, number)
        assert dict(view.items()) == copy
        for first in range(3):
            expected = {k[1]: v for k, v in copy.items() if k[0] == first}
            assert dict(view.prefix(first)) == expected
    target = min(back, len(blocks))
    state.revert_to(target)
    assert double.data == copies[target]
    assert {k for tails in double.heads.values() for k in tails} == set(copies[target])


def test_an_amendment_that_fails_leaves_the_head_alone() -> None:
    state, value, single, _ = fresh()
    state.begin_block(1)
    value.put(1)
    state.commit_block()
    with pytest.raises(ZeroDivisionError), state.amend():
        value.put(50)
        single[9] = 1 // 0
    assert (value.get(), 9 in single, state.pending()) == (1, False, {})
    state.begin_block(2)
    assert state.commit_block().items == {}


def test_every_value_of_a_real_chain_is_kept_as_its_scale_bytes() -> None:
    runtime = lived("small", 24).runtime
    whole, fixed = 0, 0
    for name, item in runtime.bytes.items.items():
        form, values = item.store.form, list(item.store.data.values())
        assert (form is None) == item.item.as_bytes
        if form is None:
            continue
        for value in values:
            data = runtime.encoding.encode(item.item.value, value)
            assert form.bytes_of(value) == data, name
            assert form.size in (None, len(data)), name
            fixed += form.size is not None
        whole += len(values)
    assert fixed > whole // 2 > 500
    price = runtime.bytes.items["SubtensorModule", "SubnetMovingPrice"]
    assert price.store.form is not None
    for bits in (-1, -(2**127), 2**127 - 1):
        assert price.store.form.bytes_of(bits) == runtime.encoding.encode(price.item.value, bits)
    assert {type(s.history) for s in runtime.state.stores.values()} == {FixedHistory, LooseHistory}


@given(
    st.lists(
        st.tuples(st.integers(1, 3), st.none() | st.integers(0, 2**64 - 1)), min_size=1, max_size=30
    ),
    st.integers(0, 60),
    st.integers(0, 60),
    st.booleans(),
)
@settings(deadline=None)
def test_history_answers_as_a_list_of_all_values_does(
    steps: list[tuple[int, int | None]], forgotten: int, reverted: int, fixed: bool
) -> None:
    def pack(value: int) -> bytes:
        return value.to_bytes(8, "little") * (1 if fixed else 200)

    form = Form(pack, lambda data: int.from_bytes(data[:8], "little"), 8 if fixed else None)
    history = history_of(form)
    olds: list[tuple[int, Any]] = []
    block = 0
    for gap, old in steps:
        block += gap
        value = ABSENT if old is None else old
        history.add("key", block, value)
        history.add("key", block, 77)
        olds.append((block, value))

    def expect(at: int) -> Any:
        return next((old for when, old in olds if when > at), None)

    def plain(kept: Any) -> Any:
        return form.unpack(kept.data) if isinstance(kept, Packed) else kept

    for at in range(block + 2):
        assert plain(history.at("key", at)) == expect(at)
    emptied = history.forget("key", forgotten)
    olds = [(when, old) for when, old in olds if when > forgotten]
    assert emptied == (not olds) == ("key" not in list(history))
    if olds:
        wanted = expect(reverted)
        assert plain(history.back_to("key", reverted)) == wanted
        olds = [(when, old) for when, old in olds if when <= reverted]
        assert history.records("key") == len(olds)
    for at in range(forgotten, block + 2):
        assert plain(history.at("key", at)) == expect(at)
