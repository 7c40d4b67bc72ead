"""Every rao is accounted for, whatever proxies, multisigs, batches and reorganisations do to it.

Blocks of signed extrinsics are made on a chain of one's own; after each, events, fees, deposits,
references, nonces and the issuance must agree, and nobody's TAO moves without a right to it.
"""

from __future__ import annotations

import asyncio
import random
from typing import Any

import pytest
from accounting import (
    MULTISIGS,
    THRESHOLDS,
    URIS,
    check_deposits,
    check_fees,
    check_references,
    derived,
    holdings,
    may_act_for,
    open_small,
    replayed,
)
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    rule,
    run_state_machine_as_test,
)
from nodes import signed, whole_state
from wrapped import ALICE, TAO, by_key

from taoctl.localnet.frame import Call
from taoctl.localnet.pallets.account_balances import EXISTENTIAL_DEPOSIT as ED
from taoctl.localnet.rpc.registry import RpcError
from taoctl.localnet.types import DispatchErrorType
from taoctl.scale.crypto import blake2_256

PEOPLE = sorted(URIS)
TYPES = ("Any", "Any", "NonTransfer", "Transfer", "SmallTransfer", "Staking")
AMOUNTS = (0, 1, ED - 1, ED, TAO // 10, TAO // 2 - 1, TAO // 2, TAO, 2**63)
FORCED = (*AMOUNTS[:-1], 2**58)
"""What root gives: any amount under which all accounts together stay below 2**64 rao."""
TRANSFERS = ("transfer_keep_alive", "transfer_allow_death", "transfer_all", "burn")
MANAGING = ("add_proxy", "remove_proxy", "remove_proxies", "poke_deposit", "create_pure")
ENOUGH = {"ref_time": 10**11, "proof_size": 10**6}
DICE = st.randoms(use_true_random=True)
DEEPEST = 3


class Accounting(RuleBasedStateMachine):
    """A chain that signed calls of every kind come to."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.node = open_small()
        self.known: dict[bytes, Call] = {}
        self.pures: dict[str, dict[str, Any]] = {}
        self.past = {0: whole_state(self.node)}
        self.dice = random.Random()

    def teardown(self) -> None:
        self.loop.run_until_complete(self.node.close())
        self.loop.close()

    # what is sent

    @initialize(dice=DICE)
    def some_proxies_are_there(self, dice: random.Random) -> None:
        self.dice = dice
        for real, delegate in ((0, 1), (1, 2), (2, 0)):
            args = {"delegate": PEOPLE[delegate], "proxy_type": "Any", "delay": 0}
            self.one_extrinsic(PEOPLE[real], Call("Proxy", "add_proxy", args))

    @rule(count=st.integers(3, 12))
    def send_one_by_one(self, count: int) -> None:
        for _ in range(count):
            who = self.dice.choice(PEOPLE)
            self.one_extrinsic(who, self.call(who, 0))

    @rule(count=st.integers(2, 5))
    def send_together(self, count: int) -> None:
        for _ in range(count):
            who = self.dice.choice(PEOPLE)
            self.submit(who, self.call(who, 1))
        self.block()

    @rule()
    def agree(self) -> None:
        """Let those whose approval is missing approve an open operation, so that it runs."""
        found = sorted(self.node.head.multisig.Multisigs.items(), key=lambda one: one[0][0])
        if found:
            (account, digest), one = self.dice.choice(found)
            for who in sorted(set(MULTISIGS[account]) - set(one["approvals"])):
                self.one_extrinsic(who, self.operation(who, account, self.known[bytes(digest)]))

    @rule()
    def use_a_pure_account(self) -> None:
        """Let a pure account do something, and then end it or not."""
        living = sorted(self.pures.keys() & set(self.node.head.proxy.Proxies.keys()))
        if living:
            pure = self.dice.choice(living)
            who = self.pures[pure]["spawner"]
            for build in (self.transfer, self.call, self.manage):
                args = {"real": pure, "force_proxy_type": None, "call": build(pure, 1)}
                if who in URIS:
                    self.one_extrinsic(who, Call("Proxy", "proxy", args))

    @rule(back=st.integers(1, 3))
    def reorganise(self, back: int) -> None:
        number = max(0, self.node.best_number - back)
        self.loop.run_until_complete(self.node.set_head(number, revert_finalized=True))
        assert whole_state(self.node) == self.past[number]
        self.block()

    def one_extrinsic(self, who: str, call: Call) -> None:
        """Send a call alone; trying it first says what then happens, and the nonce counts it."""
        raw = signed(self.node, self.node.runtime.encode_call(call), URIS[who])
        tried = self.loop.run_until_complete(self.node.dry_run(raw))
        nonce = self.node.head.system.Account[who]["nonce"]
        if not self.submit(who, call):
            assert tried[0] == 1
            return
        events = self.block()
        ended = next(e for e in events if e.phase == 1 and e.name.startswith("Extrinsic"))
        if ended.name == "ExtrinsicSuccess":
            assert tried == b"\x00\x00"
        else:
            encode = self.node.runtime.encoding.encode
            told = ended.data["dispatch_error"]
            assert tried == b"\x00\x01" + encode(DispatchErrorType, told)
        died = any(e.name == "KilledAccount" and e.data["account"] == who for e in events)
        assert died or self.node.head.system.Account[who]["nonce"] == nonce + 1

    def submit(self, who: str, call: Call) -> bool:
        """Put a signed call into the pool; whether it was taken."""
        raw = self.node.runtime.encode_call(call)
        self.known[blake2_256(raw)] = call
        try:
            self.node.submit(signed(self.node, raw, URIS[who]))
        except RpcError as error:
            assert error.code in (1010, 1012)
            return False
        return True

    def block(self) -> list[Any]:
        """Make the next block and account for everything in it; its events."""
        node = self.node
        waiting = node.pool.pending()
        before, issued = holdings(node.head), node.head.balances.total_issuance
        allowed = may_act_for(node.head, {entry.signer for entry in waiting})
        told = {e.extrinsic.raw: node.rules.fee(e.extrinsic, node.head).total for e in waiting}
        made = self.loop.run_until_complete(node.author_block())
        events = list(node.runtime.system.events_at_head())
        self.past[made.number] = whole_state(node)
        for event in events:
            if event.name == "PureCreated":
                made_at = {"height": made.number, "ext_index": event.phase}
                self.pures[event.data["pure"]] = {"spawner": event.data["who"], **made_at}
        after, change = replayed(before, events)
        assert after == holdings(node.head)
        total = sum(sum(held) for held in after.values())
        assert total == node.head.balances.total_issuance == issued + change
        check_fees(events, {i: told[raw] for i, raw in enumerate(made.extrinsics) if raw in told})
        check_references(node.head)
        check_deposits(node.head, {pure: str(how["spawner"]) for pure, how in self.pures.items()})
        poorer = {who for who, held in before.items() if sum(held) > sum(after.get(who, (0, 0)))}
        by_root = {event.data["who"] for event in events if event.name == "BalanceSet"}
        assert poorer <= allowed | by_root
        assert set(made.extrinsics[1:]) <= told.keys()
        assert len(set(made.extrinsics)) == len(made.extrinsics)
        return events

    # calls; `who` is the account that each is made as

    def coin(self) -> bool:
        return self.dice.random() < 0.5

    def call(self, who: str, depth: int) -> Call:
        simple = [self.transfer, self.transfer, self.manage, self.announce, self.approve]
        around = [self.batch, self.proxied, self.proxied, self.together, self.alone, self.other]
        build = self.dice.choice(simple + (around if depth < DEEPEST else []))
        made: Call = build(who, depth)
        return made

    def anyone(self) -> str:
        pures = sorted(self.node.head.proxy.Proxies.keys())
        accounts: list[str] = [*PEOPLE, *sorted(MULTISIGS), *pures]
        return self.dice.choice(accounts)

    def transfer(self, who: str, depth: int) -> Call:
        name = self.dice.choice(TRANSFERS)
        dest, keep = self.anyone(), self.coin()
        if name == "transfer_all":
            return Call("Balances", name, {"dest": dest, "keep_alive": keep})
        free = self.node.head.balances.free(who)
        value = self.dice.choice([*AMOUNTS, free, max(free - ED, 0), free // 2, free // 9])
        if name == "burn":
            return Call("Balances", name, {"value": value, "keep_alive": keep})
        return Call("Balances", name, {"dest": dest, "value": value})

    def manage(self, who: str, depth: int) -> Call:
        if who in self.pures:  # its proxies are paid for by somebody else: only ended here
            made = {"proxy_type": "Any", "index": 0, **self.pures[who]}
            return Call("Proxy", "kill_pure", made)
        name = self.dice.choice([*MANAGING, "add_proxy", "set_real_pays_fee"])
        listed = self.node.head.proxy.Proxies[who][0]
        fresh = {
            "delegate": self.anyone(),
            "proxy_type": self.dice.choice(TYPES),
            "delay": self.dice.choice([0, 0, 1]),
        }
        entry = dict(self.dice.choice([fresh, *listed]))
        args: dict[str, Any] = {
            "add_proxy": entry,
            "remove_proxy": entry,
            "create_pure": {"proxy_type": "Any", "delay": 0, "index": 0},
            "set_real_pays_fee": {"delegate": entry["delegate"], "pays_fee": self.coin()},
        }
        return Call("Proxy", name, args.get(name, {}))

    def announce(self, who: str, depth: int) -> Call:
        told = [
            {"delegate": delegate, **one}
            for delegate, (pending, _) in self.node.head.proxy.Announcements.items()
            for one in pending
            if bytes.fromhex(one["call_hash"][2:]) in self.known
        ]
        if told and self.coin():
            one = self.dice.choice(told)
            args = {"delegate": one["delegate"], "real": one["real"], "force_proxy_type": None}
            call = self.known[bytes.fromhex(one["call_hash"][2:])]
            if self.coin():
                return Call("Proxy", "proxy_announced", {**args, "call": call})
            args = {"real": one["real"], "call_hash": one["call_hash"]}
            return Call("Proxy", "remove_announcement", args)
        call = self.transfer(who, depth)
        digest = blake2_256(self.node.runtime.encode_call(call))
        self.known[digest] = call
        args = {"real": self.real_of(who), "call_hash": "0x" + digest.hex()}
        return Call("Proxy", "announce", args)

    def real_of(self, who: str) -> str:
        """An account that has this one as its proxy, or else any."""
        proxies = self.node.head.proxy.Proxies.items()
        reals = [r for r, (own, _) in proxies if any(p["delegate"] == who for p in own)]
        return self.dice.choice(sorted(reals)) if reals else self.anyone()

    def batch(self, who: str, depth: int) -> Call:
        calls = tuple(self.call(who, depth + 1) for _ in range(self.dice.randint(0, 3)))
        name = self.dice.choice(["batch", "batch_all", "force_batch"])
        return Call("Utility", name, {"calls": calls})

    def proxied(self, who: str, depth: int) -> Call:
        real, kind = self.real_of(who), self.dice.choice([None, None, *TYPES])
        args = {"real": real, "force_proxy_type": kind}
        return Call("Proxy", "proxy", {**args, "call": self.call(real, depth + 1)})

    def together(self, who: str, depth: int) -> Call:
        """Open, or go on with, an operation of a multisig that the account belongs to."""
        own = sorted(account for account, members in MULTISIGS.items() if who in members)
        if not own:
            return self.transfer(who, depth)
        account = self.dice.choice(own)
        inner = self.call(account, depth + 1)
        if THRESHOLDS[account] > 1:
            return self.operation(who, account, inner)
        others = by_key(*(m for m in MULTISIGS[account] if m != who))
        args = {"other_signatories": others, "call": inner}
        return Call("Multisig", "as_multi_threshold_1", args)

    def approve(self, who: str, depth: int) -> Call:
        """Approve, end, give up or poke an operation that is open."""
        found = sorted(self.node.head.multisig.Multisigs.items(), key=lambda one: one[0][0])
        if not found:
            return self.transfer(who, depth)
        (account, digest), one = self.dice.choice(found)
        others = by_key(*(m for m in MULTISIGS[account] if m != who))
        common = {"threshold": THRESHOLDS[account], "other_signatories": others}
        told = {**common, "call_hash": digest}
        how = self.dice.choice(["call", "call", "hash", "cancel", "poke"])
        if how == "cancel":
            return Call("Multisig", "cancel_as_multi", {**told, "timepoint": one["when"]})
        if how == "poke":
            return Call("Multisig", "poke_deposit", told)
        if how == "hash":
            args = {**told, "maybe_timepoint": one["when"], "max_weight": ENOUGH}
            return Call("Multisig", "approve_as_multi", args)
        return self.operation(who, account, self.known[bytes(digest)])

    def operation(self, who: str, account: str, call: Call) -> Call:
        digest = blake2_256(self.node.runtime.encode_call(call))
        self.known[digest] = call
        found = self.node.head.multisig.Multisigs[account, digest]
        args = {
            "threshold": THRESHOLDS[account],
            "other_signatories": by_key(*(m for m in MULTISIGS[account] if m != who)),
            "maybe_timepoint": None if found is None else found["when"],
            "call": call,
            "max_weight": ENOUGH,
        }
        return Call("Multisig", "as_multi", args)

    def alone(self, who: str, depth: int) -> Call:
        inner = self.call(derived(who), depth + 1)
        return Call("Utility", "as_derivative", {"index": 0, "call": inner})

    def other(self, who: str, depth: int) -> Call:
        if who == ALICE and self.coin():
            free = {"who": self.dice.choice(PEOPLE), "new_free": self.dice.choice(FORCED)}
            return Call("Sudo", "sudo", {"call": Call("Balances", "force_set_balance", free)})
        args = {"main": self.call(who, depth + 1), "fallback": self.call(who, depth + 1)}
        return Call("Utility", "if_else", args)


@pytest.mark.parametrize("runs", [12, pytest.param(600, marks=pytest.mark.soak)])
def test_every_rao_is_accounted_for(runs: int) -> None:
    run_state_machine_as_test(
        Accounting,
        settings=settings(
            max_examples=runs,
            stateful_step_count=25,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
