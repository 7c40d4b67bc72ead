"""What a proposal would change is what changes when root makes the calls."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from payout_chain import view_of
from scenario_chain import ScenarioChain

from taoctl.localnet.frame import Call, Outcome, Root, Signed
from taoctl.localnet.genesis.accounts import dev_account
from taoctl.localnet.genesis.new_code import new_code
from taoctl.reads.governance.changes import MOST_CHANGES, Change, changes
from taoctl.reads.governance.nested import COLLECTIVE, ROOT, opened
from taoctl.reads.governance.settings import SETTINGS, hyperparameters_set_by
from taoctl.reads.governance.words import change_lines
from taoctl.scale.codec import Codec
from taoctl.scale.crypto import twox_128
from taoctl.units import RAO_PER_TAO

ALICE, BOB, EVE = (dev_account(name) for name in ("Alice", "Bob", "Eve"))
METADATA = Path(__file__).resolve().parents[3] / "shared" / "chain" / "finney-424.v15.scale"
CANDIDATES: tuple[Any, ...] = (
    *(3, 300, 7, 1, 2_000, 90_000, 5_000_000_000, True, False, "Burn", "Recycle", (1, 65_534)),
    *(3 << 63, 200, 50_000, EVE, None),
)
"""Values to try for an argument: no single one suits every setting's type and bounds."""
REFUSED = {
    ("SubtensorModule", "set_tempo"),
    ("AdminUtils", "sudo_set_total_issuance"),
    ("AdminUtils", "sudo_set_network_pow_registration_allowed"),
}
"""Calls that this runtime refuses to root, whatever the value."""


class Rooted(ScenarioChain):
    """A scenario on which root makes calls, block by block; its freeze window is none."""

    def __init__(self) -> None:
        super().__init__("small")
        self.run(2)
        assert self.root(OPEN).ok

    def root(self, call: Call) -> Outcome:
        """A block in which root makes a call."""
        self.runtime.initialize_block(self.best_number + 1, self.best_hash)
        outcome = self.runtime.dispatch(call, Root())
        self.runtime.finalize_block()
        self.runtime.state.commit_block()
        return outcome

    def changes(self, call: Call, origin: str | None = ROOT) -> tuple[Change, ...]:
        """What the call would change, as it is in the newest block."""
        view = view_of(self)
        found = opened(view.codec, self.runtime.encode_call(call), origin)
        assert found.problem is None
        return asyncio.run(changes(view, found))

    def one(self, call: Call, origin: str | None = ROOT) -> Change:
        """The one value that it would change."""
        (found,) = self.changes(call, origin)
        return found


def admin(name: str, **args: Any) -> Call:
    return Call("AdminUtils", f"sudo_set_{name}", args)


OPEN = admin("admin_freeze_window", window=0)


def batch(*calls: Call) -> Call:
    return Call("Utility", "batch_all", {"calls": calls})


@pytest.fixture(scope="module")
def shared() -> Rooted:
    """A chain whose settings tests may change: each says what it expects before."""
    return Rooted()


def setters(chain: Rooted) -> list[tuple[str, str]]:
    found = [
        (pallet, call["name"])
        for pallet, entry in chain.runtime.codec.pallets.items()
        for call in entry["calls"]
    ]
    return [key for key in found if key in SETTINGS or hyperparameters_set_by(*key)]


def tried(chain: Rooted, key: tuple[str, str]) -> list[Call]:
    """Calls of a setter, one for each candidate that its type takes."""
    arguments = [name for name, _ in chain.runtime.codec.call_args(*key) or ()]
    # Two calls set a subnet's owner hotkey, and the second on one subnet would have to wait.
    netuid = 2 if key[1] == "sudo_set_sn_owner_hotkey" else 1
    known = {"netuid": netuid, "precompile_id": "BalanceTransfer", "alpha_low": 30_000}
    if "alpha_low" in arguments:
        known["alpha_high"] = 60_000
    found = []
    for value in CANDIDATES:
        call = Call(*key, {name: known.get(name, value) for name in arguments})
        try:
            chain.runtime.encode_call(call)
        except Exception:
            continue
        found.append(call)
    return found


def test_every_setter_changes_what_is_said_of_it(shared: Rooted) -> None:
    seen = set()
    for key in setters(shared):
        for call in tried(shared, key):
            before = shared.changes(call)
            if not shared.root(call).ok:
                continue
            after = shared.changes(call)
            assert [one.before for one in after] == [one.after for one in before], key
            assert all(one.known and "fails" not in one.note for one in before), key
            assert all(one.after_text for one in before), key
            seen.add(key)
            assert shared.root(OPEN).ok
            break
    assert set(setters(shared)) - seen == REFUSED
    assert len(seen) > 80


def test_a_batch_counts_on_the_calls_before(shared: Rooted) -> None:
    kappa = [admin("kappa", netuid=2, kappa=value) for value in (100, 200)]
    first, second = shared.changes(batch(*kappa))
    assert (first.after, second.before, second.after) == (100, 100, 200)
    assert (first.place, second.place) == ("0.0", "0.1")
    low = admin("alpha_values", netuid=2, alpha_low=20_000, alpha_high=50_000)
    found = shared.changes(batch(low, low))
    assert {(one.what, one.before, one.after) for one in found[2:]} == {
        ("alpha_low", 20_000, 20_000),
        ("alpha_high", 50_000, 50_000),
    }
    assert any("(as it is)" in line for line in change_lines(found, {}))


def test_who_may_not_is_said_so(shared: Rooted) -> None:
    kappa = admin("kappa", netuid=1, kappa=9)
    assert shared.one(kappa).note == ""
    assert "not root" in shared.one(kappa, COLLECTIVE).note
    assert f"acts as {EVE}" in shared.one(kappa, EVE).note
    assert shared.one(kappa, None).note == ""
    owner = str(shared.runtime.subtensor.SubnetOwner[1])
    rho = admin("immunity_period", netuid=1, immunity_period=9)
    assert (
        shared.one(rho, owner).note,
        "root or the subnet's owner" in shared.one(rho, EVE).note,
    ) == (
        "",
        True,
    )
    tempo = Call("SubtensorModule", "set_tempo", {"netuid": 1, "tempo": 400})
    assert "only the subnet's owner" in shared.one(tempo).note
    assert shared.one(tempo, owner).note == ""
    assert "there is no subnet 999" in shared.one(admin("kappa", netuid=999, kappa=9)).note


@pytest.mark.parametrize("origin", [ROOT, ALICE, EVE])
def test_a_wrapper_of_the_wrong_kind_is_said_to_fail_as_it_does(
    shared: Rooted, origin: str
) -> None:
    kappa = admin("kappa", netuid=1, kappa=9)
    proxied = Call("Proxy", "proxy", {"real": ALICE, "force_proxy_type": None, "call": kappa})
    by_sudo = Call("Sudo", "sudo", {"call": kappa})
    assert str(shared.runtime.sudo.Key.get()) == ALICE
    told = {}
    for call in (proxied, by_sudo):
        first = shared.changes(call, origin)[0]
        told[call.pallet] = "" if first.known else first.note
        shared.runtime.initialize_block(shared.best_number + 1, shared.best_hash)
        by = Root() if origin == ROOT else Signed(origin)
        error = shared.runtime.dispatch(call, by).error
        shared.runtime.finalize_block()
        shared.runtime.state.commit_block()
        named = str(error).rpartition(".")[2] if error is not None else ""
        assert ("BadOrigin" in told[call.pallet]) is (named == "BadOrigin")
        assert ("RequireSudo" in told[call.pallet]) is (named == "RequireSudo")
    assert (told["Proxy"] != "") is (origin == ROOT)
    assert (told["Sudo"] != "") is (origin == EVE)


def test_a_motion_by_the_sudo_pallet_is_said_to_fail(shared: Rooted) -> None:
    call = Call("Sudo", "sudo", {"call": admin("kappa", netuid=1, kappa=9)})
    first, second = shared.changes(call, COLLECTIVE)
    assert not first.known and "fails with BadOrigin, with all that is in it" in first.note
    assert second.known


def test_balances_before_and_after(shared: Rooted) -> None:
    balances, target = shared.runtime.balances, dev_account("Ferdie")
    set_to = Call("Balances", "force_set_balance", {"who": target, "new_free": 77 * RAO_PER_TAO})
    move = Call(
        "Balances", "force_transfer", {"source": target, "dest": EVE, "value": 7 * RAO_PER_TAO}
    )
    found = shared.changes(batch(set_to, move))
    eve = balances.free(EVE)
    assert [(one.account, one.after) for one in found] == [
        (target, 77 * RAO_PER_TAO),
        (target, 70 * RAO_PER_TAO),
        (EVE, eve + 7 * RAO_PER_TAO),
    ]
    assert (found[0].before, found[1].before) == (balances.free(target), 77 * RAO_PER_TAO)
    assert found[1].after_text == "70.000000000 TAO"
    assert shared.root(batch(set_to, move)).ok
    assert (balances.free(target), balances.free(EVE)) == (found[1].after, found[2].after)
    too_much = Call("Balances", "force_transfer", {"source": target, "dest": EVE, "value": 10**18})
    assert "holds less" in shared.changes(too_much)[0].note


def test_the_sudo_key_passes_on_and_is_lost(shared: Rooted) -> None:
    old = str(shared.runtime.sudo.Key.get())
    passed = Call("Sudo", "set_key", {"new": BOB})
    one = shared.one(passed)
    assert (one.what, one.before, one.after, one.note) == ("Sudo.Key", old, BOB, "")
    first, second = shared.changes(batch(passed, Call("Sudo", "remove_key", {})))
    assert (second.before, second.after) == (BOB, None)
    assert "nobody can ever" in second.note and first.after == BOB
    assert shared.root(passed).ok
    assert str(shared.runtime.sudo.Key.get()) == BOB
    assert shared.root(Call("Sudo", "set_key", {"new": old})).ok


def raw_changes(chain: Rooted, name: str, **args: Any) -> tuple[Change, ...]:
    """What a call of System changes that this runtime does not have and mainnet's has."""
    real = Codec(METADATA.read_bytes(), 424, 1)
    found = opened(real, real.compose_call("System", name, args), ROOT)
    return asyncio.run(changes(view_of(chain), found))


@pytest.mark.skipif(not METADATA.exists(), reason="no metadata of real runtimes here")
def test_raw_storage_is_named_and_read(shared: Rooted) -> None:
    key = twox_128(b"Sudo") + twox_128(b"Key")
    items = ((key, bytes(32)), (b"nobody's", b"\xff" * 40))
    first, second = raw_changes(shared, "set_storage", items=list(items))
    stored = shared.runtime.storage_read(key, shared.best_number)
    assert stored is not None and first.before == "0x" + stored.hex()
    assert first.what.startswith("storage Sudo.Key 0x")
    assert first.before_text == str(shared.runtime.sudo.Key.get())
    assert first.after == "0x" + bytes(32).hex()
    assert (second.before, second.before_text) == (None, "nothing")
    assert second.after_text.endswith("… (40 bytes)")
    (gone,) = raw_changes(shared, "kill_storage", keys=[key])
    assert (gone.after, gone.after_text) == (None, "nothing")


def test_a_subnet_that_would_go_names_its_owner(shared: Rooted) -> None:
    one = shared.one(Call("SubtensorModule", "root_dissolve_network", {"netuid": 2}))
    assert (one.what, one.netuid, one.before, one.after) == ("NetworksAdded", 2, True, False)
    assert str(shared.runtime.subtensor.SubnetOwner[2]) in one.note


def test_what_is_not_known_is_said_not_to_be(shared: Rooted) -> None:
    for call, words in (
        (Call("SubtensorModule", "root_register", {"hotkey": EVE}), "not known"),
        (Call("System", "remark", {"remark": b"\x1b[31m"}), "changes nothing"),
    ):
        one = shared.one(call)
        assert not one.known and words in one.note
        (line,) = change_lines([one], {})
        assert str(call.pallet) in line and "\x1b" not in line


def test_of_a_long_batch_the_first_are_looked_at(shared: Rooted) -> None:
    calls = [admin("kappa", netuid=1, kappa=value % 60_000) for value in range(2_000)]
    found = shared.changes(batch(*calls))
    assert len(found) == MOST_CHANGES + 1
    assert not found[-1].known and str(MOST_CHANGES) in found[-1].note
    assert [one.after for one in found[:3]] == [0, 1, 2]


@pytest.mark.parametrize("origin", [ROOT, COLLECTIVE])
def test_what_only_an_account_does_is_said_to_fail_for_root_and_a_collective(
    shared: Rooted, origin: str
) -> None:
    pay = {"dest": {"Id": EVE}, "value": 5}
    proxy = {"delegate": {"Id": EVE}, "proxy_type": "Any", "delay": 0}
    for call in (
        Call("Balances", "transfer_keep_alive", pay),
        Call("Balances", "transfer_allow_death", pay),
        Call("Proxy", "add_proxy", proxy),
        Call("Proxy", "remove_proxy", proxy),
        Call("Proxy", "remove_proxies", {}),
    ):
        one = shared.one(call, origin)
        assert not one.known and "needs an account: this fails with BadOrigin" in one.note
    assert not shared.root(Call("Proxy", "remove_proxies", {})).ok


def test_of_many_calls_that_set_code_the_first_are_looked_at(shared: Rooted) -> None:
    codes = [Call("System", "set_code", {"code": new_code(425 + n)}) for n in range(9)]
    found = shared.changes(batch(*codes))
    assert [one.after for one in found[:3]] == [425, 426, 427]
    assert len(found) == 9 and not any(one.known for one in found[3:])
    assert "first 3 calls that set code" in found[3].note


def test_of_a_call_that_cannot_be_read_whole_nothing_is_said_to_change(shared: Rooted) -> None:
    view = view_of(shared)
    for call in (
        admin("kappa", netuid=1, kappa=9),
        Call("SubtensorModule", "root_dissolve_network", {"netuid": 1}),
        Call("Sudo", "set_key", {"new": BOB}),
    ):
        whole = shared.runtime.encode_call(call)
        for data in (whole[:-1], whole + b"\0"):
            found = opened(view.codec, data, ROOT)
            assert found.problem is not None
            (one,) = asyncio.run(changes(view, found))
            assert (one.call, one.known) == (f"{call.pallet}.{call.name}", False)
            assert "not all of it can be read" in one.note
