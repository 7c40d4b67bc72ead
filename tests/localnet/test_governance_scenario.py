"""What a new localnet has of governance: who sits where, and what is under way."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from taoctl.addresses import decode_ss58
from taoctl.errors import UsageError
from taoctl.localnet.actors import Actors
from taoctl.localnet.boot import Options, open_chain
from taoctl.localnet.dev import DevNode
from taoctl.localnet.frame import Call, Outcome, Root, Runtime, Signed
from taoctl.localnet.genesis import bodies, governing, sudo_multisig, under_way
from taoctl.localnet.genesis.accounts import DEV_ACCOUNTS, account, dev_account
from taoctl.localnet.genesis.new_code import new_code
from taoctl.localnet.governance import CHOICES, DEFAULT, has, pallets, read_governance
from taoctl.localnet.launch import scenario_kind
from taoctl.localnet.pallets import PALLETS
from taoctl.localnet.pallets.system import SPEC_VERSION
from taoctl.localnet.sealing import Seal
from taoctl.localnet.service import saved_governance
from taoctl.scale.code_version import read_code
from taoctl.scale.crypto import blake2_256

ALICE, BOB, CHARLIE, DAVE = (dev_account(name) for name in bodies.PROPOSERS)
MANUAL = Path(__file__).resolve().parents[2] / "docs" / "localnet.md"
BLOCKS = under_way.LAST_BLOCK + 1


def opened(
    governance: str | None = DEFAULT, scenario: str = "demo", path: Path | None = None, **how: Any
) -> DevNode:
    """A chain as `taoctl localnet up` makes it, at block 0 or where it was."""
    kind = scenario_kind(scenario, governance or DEFAULT)
    options = Options(scenario, seal=Seal.MANUAL, state_dir=path, governance=governance, **how)
    return open_chain(options, kind, governing.sudo_key(scenario, governance or DEFAULT)).node


def ran(work: Callable[[DevNode], Any], *args: Any, blocks: int = BLOCKS, **how: Any) -> Any:
    """What `work` finds on a chain after some blocks."""

    async def run() -> Any:
        node = opened(*args, **how)
        await made(node, blocks)
        found = work(node)
        await node.close()
        return found

    return asyncio.run(run())


async def made(node: DevNode, blocks: int) -> None:
    """Make blocks; everything that the opening signs must be in them, and succeed."""
    for _ in range(blocks):
        await node.author_block()
        assert isinstance(node.actors, Actors)
        opening = node.actors.opening
        count = 0 if opening is None else len(opening.steps(node.best_number))
        records = node.runtime.events
        signed = set(range(1, count + 1))
        assert signed <= {e.phase for e in records if e.name == "ExtrinsicSuccess"}


def head(node: DevNode) -> Runtime:
    """The chain's runtime with a block in the making, for calls without extrinsics."""
    node.runtime.initialize_block(node.best_number + 1, node.best_hash)
    return node.runtime


def do(rt: Runtime, who: str, call: Call) -> Outcome:
    """Dispatch a call through its bytes and back."""
    return rt.dispatch(rt.decode_call(rt.encode_call(call)), Signed(who))


def results(rt: Runtime) -> dict[str, Any]:
    """How what ran inside other calls of the block ended, by the event that tells of it."""
    told = {"Sudid": "sudo_result", "ProxyExecuted": "result", "MultisigExecuted": "result"}
    return {e.name: e.data[told[e.name]] for e in rt.events if e.name in told}


class TestTheChoice:
    @pytest.mark.parametrize(
        ("text", "found"),
        [*((one, one) for one in CHOICES), ("C,B", "b,c"), (" c , a ", "a,c"), ("b,b", "b")],
    )
    def test_any_spelling_is_read(self, text: str, found: str) -> None:
        assert read_governance(text) == found

    @pytest.mark.parametrize("text", ["a,b", "a,b,c", "", "d", "b;c", "abc", "b,"])
    def test_what_there_is_not_is_refused(self, text: str) -> None:
        with pytest.raises(UsageError) as caught:
            read_governance(text)
        assert caught.value.hint

    def test_the_pallets_are_those_of_the_letters(self) -> None:
        plain = {one.name for one in PALLETS}
        extra = {letter: {one.name for one in pallets(letter)} - plain for letter in "abc"}
        assert extra["a"] == {"Triumvirate", "TriumvirateMembers", "SenateMembers"}
        assert extra["b"] == {
            "Preimage",
            "Scheduler",
            "MultiCollective",
            "SignedVoting",
            "Referenda",
        }
        assert extra["c"] == set()
        for choice in CHOICES:
            found = [one.index for one in pallets(choice)]
            assert found == sorted(set(found))
            names = {one.name for one in pallets(choice)}
            assert names == plain.union(*(extra[letter] for letter in choice.split(",")))

    @pytest.mark.parametrize("choice", CHOICES)
    def test_the_sudo_key_is_the_multisigs_with_c_on_the_demo_only(self, choice: str) -> None:
        shared = sudo_multisig.sudo_multisig()
        expected = shared if has(choice, "c") else ALICE
        assert governing.sudo_key("demo", choice) == expected
        assert governing.sudo_key("small", choice) == governing.sudo_key("mainnet", choice) == ALICE


class TestTheSudoMultisig:
    def test_the_key_its_proxy_and_what_is_pending(self) -> None:
        def check(node: DevNode) -> None:
            rt = node.runtime
            shared, common = sudo_multisig.sudo_multisig(), sudo_multisig.deployer()
            assert rt.sudo.Key.get() == shared
            assert rt.proxy.Proxies[shared][0] == (
                {"delegate": common, "proxy_type": "SudoUncheckedSetCode", "delay": 0},
            )
            pending = dict(rt.multisig.Multisigs.items())
            change, code = (
                blake2_256(rt.encode_call(call()))
                for call in (sudo_multisig.pending_call, sudo_multisig.upgrade_call)
            )
            release = sudo_multisig.release_key().ss58
            assert set(pending) == {(shared, change), (common, code)}
            assert pending[shared, change]["approvals"] == (CHARLIE,)
            assert pending[common, code]["approvals"] == (release,)
            assert pending[shared, change]["when"] == {"height": 1, "index": 1}
            assert rt.balances.data(CHARLIE)["reserved"] == 196_000_000

        ran(check, "c")

    def test_the_money_comes_from_the_others(self) -> None:
        def issued(node: DevNode) -> tuple[int, int]:
            held = (rt_data["data"] for _, rt_data in node.runtime.system.Account.items())
            return node.runtime.balances.total_issuance, sum(
                one["free"] + one["reserved"] for one in held
            )

        assert ran(issued, "c", blocks=0) == ran(issued, "c", blocks=0, sudo=ALICE)

    @pytest.mark.parametrize("choice", ["c", "a,c", "b,c"])
    def test_the_manual_has_the_calls(self, choice: str) -> None:
        rt, lines = Runtime(pallets(choice)), MANUAL.read_text().splitlines()
        for call in (sudo_multisig.pending_call(), sudo_multisig.upgrade_call()):
            assert "0x" + rt.encode_call(call).hex() in lines

    def test_the_second_approval_runs_the_pending_call(self) -> None:
        def check(node: DevNode) -> None:
            rt = head(node)
            assert rt.subtensor.NetworkImmunityPeriod.get() != sudo_multisig.NEW_IMMUNITY_BLOCKS
            others = tuple(sorted((BOB, CHARLIE), key=decode_ss58))
            outcome = do(
                rt,
                ALICE,
                Call(
                    "Multisig",
                    "as_multi",
                    {
                        "threshold": 2,
                        "other_signatories": others,
                        "maybe_timepoint": {"height": 1, "index": 1},
                        "call": sudo_multisig.pending_call(),
                        "max_weight": {"ref_time": 10**11, "proof_size": 10**6},
                    },
                ),
            )
            assert outcome.ok
            assert results(rt) == {"Sudid": {"Ok": ()}, "MultisigExecuted": {"Ok": ()}}
            assert rt.subtensor.NetworkImmunityPeriod.get() == sudo_multisig.NEW_IMMUNITY_BLOCKS

        ran(check, "c")

    def test_the_upgrade_goes_all_the_way(self) -> None:
        def check(node: DevNode) -> None:
            rt = head(node)
            shared, common = sudo_multisig.sudo_multisig(), sudo_multisig.deployer()
            call = sudo_multisig.upgrade_call()
            key = (common, blake2_256(rt.encode_call(call)))
            final = Call(
                "Multisig",
                "as_multi",
                {
                    "threshold": 2,
                    "other_signatories": (sudo_multisig.release_key().ss58,),
                    "maybe_timepoint": rt.multisig.Multisigs[key]["when"],
                    "call": call,
                    "max_weight": {"ref_time": 80_000_000_000, "proof_size": 50_000},
                },
            )
            assert do(rt, shared, final).ok
            ended = results(rt)
            assert set(ended) == {"Sudid", "ProxyExecuted", "MultisigExecuted"}
            assert all(result == {"Ok": ()} for result in ended.values())
            assert [e.name for e in rt.events if e.pallet == "System"] == ["CodeUpdated"]
            assert key not in rt.multisig.Multisigs

        ran(check, "c")

    def test_the_proxy_may_do_nothing_else(self) -> None:
        def check(node: DevNode) -> None:
            rt = head(node)
            other = Call("Sudo", "sudo", {"call": Call("System", "remark", {"remark": b""})})
            args = {
                "real": sudo_multisig.sudo_multisig(),
                "force_proxy_type": None,
                "call": other,
            }
            do(rt, sudo_multisig.deployer(), Call("Proxy", "proxy", args))
            error = results(rt)["ProxyExecuted"]["Err"]["Module"]
            assert (error["index"], error["error"][0]) == (
                0,
                rt.system.errors.index("CallFiltered"),
            )

        ran(check, "c")

    def test_a_named_sudo_key_has_no_multisig_beside_it(self) -> None:
        def check(node: DevNode) -> None:
            assert node.runtime.sudo.Key.get() == ALICE
            assert not len(node.runtime.multisig.Multisigs)
            assert node.status()["sudo"] == ALICE

        ran(check, "b,c", sudo=ALICE)
        ran(check, "b")


class TestCode:
    def test_the_proposed_code_has_the_next_version(self) -> None:
        code = read_code(new_code(SPEC_VERSION + 1))
        assert code.problem is None and code.version is not None
        assert (code.version.spec_name, code.version.spec_version) == (
            "node-subtensor",
            SPEC_VERSION + 1,
        )
        assert code.version.transaction_version == 1

    @pytest.mark.parametrize(
        ("code", "error"),
        [
            (b"no wasm", "FailedToExtractRuntimeVersion"),
            (new_code(SPEC_VERSION), "SpecVersionNeedsToIncrease"),
            (
                new_code(SPEC_VERSION + 1).replace(b"node-subtensor", b"nude-subtensor"),
                "InvalidSpecName",
            ),
        ],
    )
    def test_code_that_no_chain_takes_is_refused(self, code: bytes, error: str) -> None:
        rt = Runtime(PALLETS)
        rt.state.seal(0)
        rt.initialize_block(1)
        outcome = rt.dispatch(Call("System", "set_code", {"code": code}), Root())
        assert outcome.error is not None and error in str(outcome.error)
        assert rt.dispatch(Call("System", "set_code_without_checks", {"code": code}), Root()).ok
        assert [e.name for e in rt.events if e.pallet == "System"] == ["CodeUpdated"]

    def test_only_root_sets_code(self) -> None:
        rt = Runtime(PALLETS)
        rt.state.seal(0)
        rt.initialize_block(1)
        for name in ("set_code", "set_code_without_checks"):
            outcome = rt.dispatch(Call("System", name, {"code": new_code(999)}), Signed(ALICE))
            assert outcome.error is not None and outcome.error.value == "BadOrigin"


class TestReferenda:
    def test_one_is_open_on_each_track(self) -> None:
        def check(node: DevNode) -> None:
            referenda, voting = node.runtime.referenda, node.runtime.signed_voting
            statuses = {i: next(iter(s)) for i, s in referenda.ReferendumStatusFor.items()}
            assert statuses == {0: "Delegated", 1: "Ongoing", 2: "Ongoing"}
            review, decided = referenda.ongoing(1), referenda.ongoing(2)
            assert review is not None and decided is not None
            assert (review["track"], decided["track"]) == (1, 0)
            assert review["proposer"] == decided["proposer"] == DAVE
            assert voting.TallyOf[1] == {"ayes": 2, "nays": 1, "total": 32}
            assert voting.TallyOf[2] == {"ayes": 1, "nays": 0, "total": 3}
            assert set(decided["proposal"]["Action"]) == {"Lookup"}
            assert decided["decision_strategy"]["PassOrFail"]["decision_period"] == 50_400
            assert review["decision_strategy"]["Adjustable"]["initial_delay"] == 7_200

        ran(check, "b")

    def test_the_collectives_hold_as_many_as_they_must(self) -> None:
        def check(node: DevNode) -> None:
            members = dict(node.runtime.multi_collective.Members.items())
            assert {name: len(found) for name, found in members.items()} == {
                "Proposers": 4,
                "Triumvirate": 3,
                "Economic": 16,
                "Building": 16,
                "EconomicEligible": len({v.coldkey for v in governing_validators(node)}),
            }
            for found in members.values():
                assert list(found) == sorted(set(found), key=decode_ss58)
            developers = {dev_account(name) for name in DEV_ACCOUNTS}
            assert developers <= set(members["Economic"])

        for scenario in ("demo", "small"):
            ran(check, "b", scenario, blocks=0)

    def test_what_is_submitted_later_goes_fast(self) -> None:
        def check(node: DevNode) -> None:
            rt = head(node)
            call = Call("System", "remark", {"remark": b"hello"})
            assert do(rt, ALICE, Call("Referenda", "submit", {"track": 0, "call": call})).ok
            found = rt.referenda.ongoing(3)
            assert found is not None
            assert found["decision_strategy"]["PassOrFail"]["decision_period"] == 50

        ran(check, "b")

    def test_the_triumvirate_passes_the_open_one_on(self) -> None:
        def check(node: DevNode) -> None:
            rt = head(node)
            vote = Call("SignedVoting", "vote", {"poll_index": under_way.DECIDED, "approve": True})
            assert do(rt, BOB, vote).ok
            rt.finalize_block()
            rt.state.commit_block()
            rt.initialize_block(rt.state.head + 1)
            assert set(rt.referenda.ReferendumStatusFor[under_way.DECIDED]) == {"Delegated"}
            assert rt.signed_voting.TallyOf[3] == {"ayes": 0, "nays": 0, "total": 32}

        ran(check, "b")

    def test_other_scenarios_have_nothing_under_way(self) -> None:
        def check(node: DevNode) -> None:
            assert node.runtime.referenda.ReferendumCount.get() == 0
            assert not len(node.runtime.multisig.Multisigs)
            assert node.runtime.sudo.Key.get() == ALICE

        ran(check, DEFAULT, "small")


def governing_validators(node: DevNode) -> Any:
    """The validators of the node's scenario."""
    from taoctl.localnet.genesis.keys import validators
    from taoctl.localnet.scenarios import named

    return validators(named(node.identity.scenario))


class TestTheSenate:
    def test_a_motion_is_open(self) -> None:
        def check(node: DevNode) -> None:
            rt = node.runtime
            (motion,) = rt.triumvirate.Proposals.get()
            votes = rt.triumvirate.Voting[motion]
            assert (votes["index"], votes["threshold"], votes["nays"]) == (0, 4, ())
            assert votes["ayes"] == (bodies.senator("Dave"),)
            assert votes["end"] == 1 + under_way.MOTION_BLOCKS
            assert set(rt.triumvirate.Members.get()) == {ALICE, BOB, CHARLIE}
            assert len(rt.senate_members.Members.get()) == 7

        ran(check, "a,c")
        ran(check, "a")

    def test_three_more_wallets_carry_it(self) -> None:
        def check(node: DevNode) -> None:
            rt = head(node)
            (motion,) = rt.triumvirate.Proposals.get()
            for name in bodies.TRIUMVIRATE:
                vote = {
                    "hotkey": bodies.senator(name),
                    "proposal": motion,
                    "index": 0,
                    "approve": True,
                }
                assert do(rt, dev_account(name), Call("SubtensorModule", "vote", vote)).ok
            close = {
                "proposal_hash": motion,
                "index": 0,
                "proposal_weight_bound": {"ref_time": 10**11, "proof_size": 10**6},
                "length_bound": 1_000,
            }
            assert do(rt, account("anybody"), Call("Triumvirate", "close", close)).ok
            assert [e.data for e in rt.events if e.name == "Sudid"] == [{"Ok": ()}]
            assert rt.subtensor.SubnetLimit.get() == under_way.NEW_SUBNET_LIMIT

        ran(check, "a")

    def test_senators_of_developers_are_on_root(self) -> None:
        def check(node: DevNode) -> None:
            module = node.runtime.subtensor
            for name in bodies.SENATORS:
                hotkey = bodies.senator(name)
                assert module.Owner[hotkey] == dev_account(name)
                assert hotkey in module.OwnedHotkeys[dev_account(name)]
                assert module.IsNetworkMember[hotkey, 0]

        ran(check, "a", blocks=1)


class TestTheChainOnDisk:
    def test_it_keeps_its_governance(self, tmp_path: Path) -> None:
        ran(lambda node: None, "a,c", path=tmp_path)
        assert saved_governance(tmp_path) == "a,c"

        def check(node: DevNode) -> None:
            assert node.best_number == BLOCKS
            assert len(node.runtime.triumvirate.Proposals.get()) == 1
            assert len(node.runtime.multisig.Multisigs) == 2
            assert node.status()["governance"] == "a,c"

        ran(check, "a,c", path=tmp_path, blocks=0)

    def test_another_governance_is_refused(self, tmp_path: Path) -> None:
        ran(lambda node: None, "a,c", "small", path=tmp_path, blocks=1)
        with pytest.raises(UsageError, match="with governance a,c, not b,c") as caught:
            opened("b,c", "small", tmp_path)
        assert "--fresh" in str(caught.value.hint)

    def test_a_chain_of_a_version_before_it_is_told_of(self, tmp_path: Path) -> None:
        ran(lambda node: None, "b,c", "small", path=tmp_path, blocks=1)
        _forget_governance(tmp_path)
        assert saved_governance(tmp_path) is None
        with pytest.raises(UsageError, match="with another runtime") as caught:
            opened(None, "small", tmp_path)
        assert "--fresh" in str(caught.value.hint)

    def test_nothing_saved_says_nothing(self, tmp_path: Path) -> None:
        assert saved_governance(tmp_path) is None
        for text in ("", "[]", "{}", '{"recipe": 7}', '{"recipe": {"governance": "z"}}'):
            (tmp_path / "chain.json").write_text(text)
            assert saved_governance(tmp_path) is None

    def test_a_chain_taken_back_opens_the_same_again(self) -> None:
        async def run() -> None:
            node = opened()
            await made(node, BLOCKS)
            before = _under_way(node)
            await node.set_head(1, revert_finalized=True)
            assert _under_way(node) != before
            await made(node, BLOCKS - 1)
            assert _under_way(node) == before
            await node.close()

        asyncio.run(run())


def _under_way(node: DevNode) -> tuple[Any, ...]:
    rt = node.runtime
    return (
        dict(rt.referenda.ReferendumStatusFor.items()),
        dict(rt.signed_voting.TallyOf.items()),
        dict(rt.multisig.Multisigs.items()),
    )


def _forget_governance(path: Path) -> None:
    """Make a saved chain one of before there was a choice, as to its recipe."""
    from taoctl.localnet.saved import Manifest, checksum

    file = path / "chain.json"
    fields = json.loads(file.read_text())
    fields.pop("check")
    fields["recipe"].pop("governance")
    fields["recipe"]["metadata"] = "00" * 32
    file.write_text(json.dumps({**fields, "check": checksum(Manifest(**fields))}))
