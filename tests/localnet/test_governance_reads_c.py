"""Pending calls of the sudo key's multisig as clients read them, equal to what the chain stores."""

from __future__ import annotations

from typing import Any

import pytest
from governance_views import listed, named, of, view_of
from wrapped import ALICE, BOB, CHARLIE, DAVE, Wrapped, error_of

from taoctl.chain.view import View
from taoctl.localnet.frame import Call
from taoctl.reads.governance.backends import Backend, backends
from taoctl.reads.governance.finding import NoSuchProposal, proposals
from taoctl.reads.governance.members import Collective, collectives
from taoctl.reads.governance.overview import Overview, overview
from taoctl.reads.governance.proposal import Proposal, Status
from taoctl.reads.governance.rows import proposal_row
from taoctl.reads.governance.standing import my_standing
from taoctl.reads.governance.sudo_multisig import Shared
from taoctl.scale.crypto import blake2_256

MEMBERS = Shared(2, (ALICE, BOB, CHARLIE))
SUDO = MEMBERS.ss58
WEIGHT = {"ref_time": 10**11, "proof_size": 10**6}
NO_WEIGHT = {"ref_time": 0, "proof_size": 0}


class SudoChain(Wrapped):
    """The sudo key is a multisig of //Alice, //Bob and //Charlie, two of whom decide."""

    def __init__(self) -> None:
        super().__init__()
        self.rt.balances.endow(SUDO, 10**12)
        self.rt.sudo.Key.put(SUDO)

    def root_call(self) -> Call:
        """What the key shall do."""
        inner = Call("Balances", "force_set_balance", {"who": DAVE, "new_free": 5 * 10**9})
        return Call("Sudo", "sudo", {"call": inner})

    def hash_of(self, call: Call) -> str:
        """The hash a multisig knows a call by."""
        return "0x" + blake2_256(self.rt.encode_call(call)).hex()

    def approve(
        self, who: str, call: Call, group: Shared = MEMBERS, *, carry_out: bool = False
    ) -> None:
        """Approve a call by its hash, or with its bytes."""
        stored = self.stored(group.ss58, self.hash_of(call))
        args: dict[str, Any] = {
            "threshold": group.threshold,
            "other_signatories": tuple(one for one in by_key(group) if one != who),
            "maybe_timepoint": None if stored is None else stored["when"],
            "max_weight": WEIGHT if carry_out else NO_WEIGHT,
        }
        if carry_out:
            outcome = self.do(who, "Multisig", "as_multi", call=call, **args)
        else:
            digest = blake2_256(self.rt.encode_call(call))
            outcome = self.do(who, "Multisig", "approve_as_multi", call_hash=digest, **args)
        assert outcome.ok, error_of(outcome)

    def stored(self, account: str, call_hash: str) -> Any:
        """The entry of a pending call."""
        return self.rt.multisig.Multisigs[account, bytes.fromhex(call_hash[2:])]

    def sealed(self) -> View:
        """Finish the block and look at it."""
        self.next_block()
        return view_of(self.rt)


def by_key(group: Shared) -> list[str]:
    from taoctl.addresses import decode_ss58

    return sorted(group.signatories, key=decode_ss58)


@pytest.fixture
def chain() -> SudoChain:
    return SudoChain()


def equals_storage(chain: SudoChain, one: Proposal) -> None:
    """Every field that storage has says what storage says."""
    assert one.account is not None and one.hash is not None
    entry = chain.stored(one.account, one.hash)
    assert one.ayes == tuple(entry["approvals"])
    assert (one.proposer, one.deposit_rao) == (entry["depositor"], entry["deposit"])
    assert one.timepoint == (entry["when"]["height"], entry["when"]["index"])
    assert (one.status, one.id, one.deadline_block) == (Status.PENDING, one.hash, None)


def test_a_pending_call_from_its_opening_to_its_end(chain: SudoChain) -> None:
    view = chain.sealed()
    assert backends(view) == (Backend.SUDO,)
    assert listed(view) == ()
    call = chain.root_call()
    chain.approve(ALICE, call)
    view = chain.sealed()
    (one,) = listed(view)
    equals_storage(chain, one)
    assert (one.id, one.account, one.account_role) == (chain.hash_of(call), SUDO, "sudo")
    # Nobody told who the members are: the deposit tells how many approvals it takes.
    assert (one.threshold, one.seats, one.voters, one.nay_threshold) == (2, None, (), None)
    assert one.next_step == "waits for 1 more approval, which carries it out; there is no deadline"
    assert (one.call, one.call_hash) == (None, one.id)
    chain.approve(BOB, call)
    (one,) = listed(chain.sealed())
    equals_storage(chain, one)
    assert (one.decided, one.next_step) == (
        Status.APPROVED,
        "approved; any member may carry it out with the call's bytes",
    )
    chain.approve(CHARLIE, call, carry_out=True)
    view = chain.sealed()
    assert listed(view) == ()
    assert chain.rt.balances.free(DAVE) == 5 * 10**9
    with pytest.raises(NoSuchProposal):
        named(view, one.id)


def test_with_the_members_known_it_is_said_who_may_do_what(chain: SudoChain) -> None:
    call = chain.root_call()
    chain.approve(ALICE, call)
    view = chain.sealed()
    (one,) = of(view, lambda v: proposals(v, (MEMBERS,)))
    assert (one.voters, one.seats, one.threshold) == (MEMBERS.signatories, 3, 2)

    def standing(who: str) -> tuple[str | None, tuple[str, ...]]:
        found = my_standing(one, ((who, ()),))
        return found.vote, found.actions

    assert standing(ALICE) == ("approved", ("cancel",))
    assert standing(BOB) == (None, ("approve",))
    assert standing(DAVE) == (None, ())
    row = proposal_row(view.codec, view.block, one, ((BOB, ()), (ALICE, ())))
    assert (row.votes, row.my_vote, row.actions) == ("1/2", "approved", "approve, cancel")
    assert (row.nays, row.does, row.track) == (None, None, "sudo")
    chain.approve(BOB, call)
    one = of(chain.sealed(), lambda v: proposals(v, (MEMBERS,)))[0]
    assert standing(BOB) == ("approved", ("approve",))


def test_the_account_that_may_upgrade_is_found_and_its_members_proved(chain: SudoChain) -> None:
    pair = Shared(2, (DAVE, SUDO))
    chain.rt.balances.endow(pair.ss58, 10**12)
    add = Call(
        "Proxy",
        "add_proxy",
        {"delegate": pair.ss58, "proxy_type": "SudoUncheckedSetCode", "delay": 0},
    )
    chain.approve(ALICE, add)
    chain.approve(BOB, add, carry_out=True)
    call = Call("System", "remark", {"remark": b"stands for the upgrade"})
    chain.approve(DAVE, call, pair)
    view = chain.sealed()
    (one,) = listed(view)
    equals_storage(chain, one)
    assert (one.account, one.account_role, one.threshold) == (pair.ss58, "upgrade", 2)
    assert set(one.voters) == {DAVE, SUDO}
    # A pair that does not make that account is not said to be its members.
    entry = {**chain.stored(pair.ss58, one.id), "depositor": ALICE}
    chain.rt.multisig.Multisigs[pair.ss58, bytes.fromhex(one.id[2:])] = entry
    (one,) = listed(chain.sealed())
    assert one.voters == () and one.proposer == ALICE
    groups = {found.name: found for found in of(view_of(chain.rt), collectives)}
    assert not groups["upgrade proxy"].complete


@pytest.mark.parametrize(("kind", "delay"), [("SudoUncheckedSetCode", 5), ("Transfer", 0)])
def test_other_delegates_of_the_key_make_no_proposals(
    chain: SudoChain, kind: str, delay: int
) -> None:
    pair = Shared(2, (DAVE, SUDO))
    chain.rt.balances.endow(pair.ss58, 10**12)
    listed_ = ({"delegate": pair.ss58, "proxy_type": kind, "delay": delay},)
    chain.rt.proxy.Proxies[SUDO] = (listed_, 0)
    chain.approve(DAVE, chain.root_call(), pair)
    assert listed(chain.sealed()) == ()


def test_pending_calls_of_other_accounts_are_nobodys_business(chain: SudoChain) -> None:
    chain.approve(ALICE, chain.root_call(), Shared(2, (ALICE, DAVE)))
    assert listed(chain.sealed()) == ()


def test_the_members_behind_the_key_are_told_as_far_as_they_are_known(chain: SudoChain) -> None:
    def group(*shared: Shared) -> Collective:
        (found,) = of(view_of(chain.rt), lambda v: collectives(v, shared))
        return found

    chain.sealed()
    nothing = group()
    assert (nothing.members, nothing.complete, nothing.threshold) == ((), False, None)
    assert (nothing.name, nothing.account) == ("sudo key", SUDO)
    chain.approve(BOB, chain.root_call())
    chain.sealed()
    assert (group().members, group().complete, group().threshold) == ((BOB,), False, 2)
    told = group(MEMBERS)
    assert (told.members, told.complete, told.threshold) == (MEMBERS.signatories, True, 2)


def test_without_a_key_there_is_nothing_and_no_error(chain: SudoChain) -> None:
    chain.rt.sudo.Key.kill()
    view = chain.sealed()
    assert listed(view) == () and of(view, collectives) == ()


def test_a_key_that_is_no_multisig_is_a_seat_of_its_owner(chain: SudoChain) -> None:
    chain.rt.sudo.Key.put(ALICE)

    async def mine(view: View) -> Overview:
        return await overview(view, [ALICE], {ALICE: "owner"})

    found = of(chain.sealed(), mine)
    assert [(one.name, one.collective, one.member) for one in found.seats] == [
        ("owner", "sudo key", ALICE)
    ]
    assert [(one.backend, one.open, one.most) for one in found.backends] == [("sudo", 0, None)]
    assert found.tracks == () and found.why is None
