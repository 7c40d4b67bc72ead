"""`taoctl gov vote|unvote|propose|close|approve|cancel|join` from the command line to the chain."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import council_node
import pytest
from chain_thread import ThreadChain
from gov_desk import Desk
from nodes import PLAIN, TAO
from referenda_chain import MEMBERS

from taoctl.addresses import decode_ss58
from taoctl.calls.base import ChainCall, call_bytes
from taoctl.localnet.frame import Call, Pallet, Runtime, Signed
from taoctl.localnet.genesis import sudo_multisig
from taoctl.localnet.genesis.accounts import dev_account
from taoctl.localnet.pallets.governance.referenda_stack import GOVERNANCE_B
from taoctl.localnet.pallets.governance.triumvirate import GOVERNANCE_A, governance_a
from taoctl.localnet.pallets.multisig import Multisig
from taoctl.localnet.pallets.proxy import Proxy
from taoctl.localnet.sealing import Seal
from taoctl.reads.governance.sudo_multisig import Shared
from taoctl.scale.crypto import blake2_256

ALICE, BOB, CHARLIE, DAVE, EVE, FERDIE = (
    dev_account(name) for name in ("Alice", "Bob", "Charlie", "Dave", "Eve", "Ferdie")
)
PALLETS: tuple[type[Pallet], ...] = (*PLAIN, Multisig, Proxy, *GOVERNANCE_B)
GROUP = Shared(2, (ALICE, BOB, CHARLIE))
MEMBERS_FLAG = "2://Alice,//Bob,//Charlie"
KAPPA = ("AdminUtils", "sudo_set_kappa", "-a", "netuid=1", "-a")


@pytest.fixture
def captured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[[], Any]:
    monkeypatch.setenv("TAOCTL_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("TAOCTL_WALLET_PATH", str(tmp_path / "wallets"))
    monkeypatch.setenv("HOME", str(tmp_path))
    return capsys.readouterr


def _senate(runtime: Runtime) -> None:
    council_node.seed(runtime)


@pytest.fixture
def council(captured: Callable[[], Any]) -> Iterator[Desk]:
    """A Triumvirate of Alice, Bob and Charlie; Dave, Eve and Ferdie own the three senators."""
    with ThreadChain(
        seal=Seal.INSTANT, finality_lag=0, pallets=council_node.CLASSES, genesis=_senate
    ) as net:
        yield Desk(net, captured)


def _governed(runtime: Runtime) -> None:
    runtime.balances.endow(GROUP.ss58, 100 * TAO)
    runtime.sudo.Key.put(GROUP.ss58)
    members = {**MEMBERS, "Proposers": (DAVE,), "Triumvirate": (ALICE, BOB, EVE)}
    for name, listed in members.items():
        runtime.multi_collective.Members[name] = tuple(sorted(listed, key=decode_ss58))


@pytest.fixture
def referenda(captured: Callable[[], Any]) -> Iterator[Desk]:
    """Dave proposes, Alice, Bob and Eve vote; the sudo key is two of Alice, Bob and Charlie."""
    with ThreadChain(seal=Seal.INSTANT, finality_lag=0, pallets=PALLETS, genesis=_governed) as net:
        yield Desk(net, captured)


def propose(desk: Desk, value: int, *more: str) -> Any:
    return desk.does(
        "gov", "propose", *KAPPA, f"kappa={value}", "--wallet", "//Alice", "--duration", "50", *more
    )


def test_a_motion_is_proposed_voted_on_and_carried_out(council: Desk) -> None:
    propose(council, 4_321)
    first = council.does("gov", "vote", "0", "nay", "--wallet", "//Dave")
    assert first["fee"]["rao"] == "0"
    council.does("gov", "vote", "0", "aye", "--wallet", "//Dave")
    said = council.refuses("DuplicateVote", "gov", "vote", "0", "aye", "--wallet", "//Dave")
    assert "to nay" in said
    motion = council.stored("Triumvirate", "Proposals")[0]
    senator = council_node.hotkey("Dave")
    args = [f"proposal={motion}", "index=0", "approve=true", f"hotkey={senator}"]
    sent = [word for one in args for word in ("-a", one)]
    council.fails(
        "Triumvirate.DuplicateVote", "SubtensorModule", "vote", *sent, "--wallet", "//Dave"
    )
    said = council.refuses("TooEarlyToCloseProposal", "gov", "close", "0", "--wallet", "//Bob")
    assert "allowed again in" in said
    council.does("gov", "vote", motion[:10], "aye", "--wallet", "//Eve")
    council.does("gov", "close", "0", "--wallet", "//Bob")
    assert council.stored("SubtensorModule", "Kappa", 1) == 4_321
    council.refuses("ProposalNotExists", "gov", "close", "0", "--wallet", "//Bob")
    council.refuses("ProposalNotExists", "gov", "vote", "0", "aye", "--wallet", "//Bob")


def test_what_a_motion_does_not_take(council: Desk) -> None:
    propose(council, 1)
    council.refuses("DuplicateProposal", "gov", "propose", *KAPPA, "kappa=1", "--wallet", "//Alice")
    council.refuses("NotMember", "gov", "propose", *KAPPA, "kappa=2", "--wallet", "//Dave")
    council.refuses("NotSenateMember", "gov", "vote", "0", "aye", "--wallet", "//Alice")
    other = council_node.hotkey("Eve")
    council.refuses(
        "NonAssociatedColdKey", "gov", "vote", "0", "aye", "--hotkey", other, "--wallet", "//Dave"
    )
    council.misused("never taken back", "gov", "unvote", "0", "--wallet", "//Dave")
    council.misused("is voted on", "gov", "approve", "0", "--wallet", "//Dave")
    council.misused("no proposal goes by 9", "gov", "vote", "9", "aye", "--wallet", "//Dave")
    council.misused(
        "--track is of referenda",
        "gov",
        "propose",
        *KAPPA,
        "kappa=3",
        "--track",
        "0",
        "--wallet",
        "//Alice",
    )


def test_what_a_motion_would_do_is_said_to_who_decides_it(council: Desk) -> None:
    propose(council, 4_321)
    for words in (("vote", "0", "aye"), ("close", "0")):
        code, _, err = council.run("gov", *words, "--wallet", "//Dave", "--dry-run")
        assert code == 0, err
        assert "proposal 0 would do: AdminUtils.sudo_set_kappa(netuid 1, kappa 4321)" in err


def test_a_motion_whose_call_fails_is_said_to_have_failed(council: Desk) -> None:
    propose(council, 7, "--no-wrapper")
    for name in ("Dave", "Eve"):
        council.does("gov", "vote", "0", "aye", "--wallet", f"//{name}")
    code, _, err = council.run("gov", "close", "0", "--wallet", "//Bob", "--yes")
    assert code == 1 and "in the motion with BadOrigin" in err, err


def test_where_root_alone_closes_the_chain_says_so_and_root_does(
    captured: Callable[[], Any],
) -> None:
    others = tuple(one for one in council_node.CLASSES if one not in GOVERNANCE_A)
    pallets = (*others, *governance_a(root_closes=True))
    with ThreadChain(seal=Seal.INSTANT, finality_lag=0, pallets=pallets, genesis=_senate) as net:
        desk = Desk(net, captured)
        propose(desk, 9_876)
        for name in ("Dave", "Eve"):
            desk.does("gov", "vote", "0", "aye", "--wallet", f"//{name}")
        code, _, err = desk.run("gov", "close", "0", "--wallet", "//Bob", "--yes")
        assert code == 1 and "refused transaction" in err and "with BadOrigin" in err, err
        desk.does("gov", "close", "0", "--sudo", "--wallet", "//Alice")
        assert desk.stored("SubtensorModule", "Kappa", 1) == 9_876


def test_a_hotkey_joins_the_senate_by_way_of_root(council: Desk) -> None:
    hotkey = council_node.hotkey("Alice")
    council.misused("no hotkey was named", "gov", "join", "--wallet", "//Alice")
    council.does("gov", "join", "--hotkey", hotkey, "--wallet", "//Alice")
    assert hotkey in council.stored("SenateMembers", "Members")
    council.refuses(
        "HotKeyAlreadyRegisteredInSubNet",
        "gov",
        "join",
        "--hotkey",
        hotkey,
        "--wallet",
        "//Alice",
    )


def _public_wallet(tmp_path: Path, name: str, ss58: str, hotkey: str | None = None) -> None:
    folder = tmp_path / "wallets" / name
    (folder / "hotkeys").mkdir(parents=True)
    (folder / "coldkeypub.txt").write_text(_public_key(ss58))
    if hotkey is not None:
        (folder / "hotkeys" / "senatorpub.txt").write_text(_public_key(hotkey))


def _public_key(ss58: str) -> str:
    public = "0x" + decode_ss58(ss58).hex()
    return json.dumps({"accountId": public, "publicKey": public, "ss58Address": ss58})


def test_the_one_wallet_that_may_vote_signs(council: Desk, tmp_path: Path) -> None:
    propose(council, 5)
    _public_wallet(tmp_path, "bystander", ALICE)
    code, _, err = council.run("gov", "vote", "0", "aye", "--dry-run")
    assert code == 2 and "no wallet was named" in err
    _public_wallet(tmp_path, "senator", DAVE)
    code, out, err = council.run("gov", "vote", "0", "aye", "--dry-run", "-o", "json")
    assert code == 0, err
    assert json.loads(out)["data"]["signer_ss58"] == DAVE
    assert "signed by senator" in err
    _public_wallet(tmp_path, "colleague", EVE)
    code, _, err = council.run("gov", "vote", "0", "aye", "--dry-run")
    assert code == 2 and "several of your wallets may: " in err


REMARK = ("System", "remark", "-a", "remark=0x00")


def test_a_referendum_is_submitted_voted_on_and_decided(referenda: Desk) -> None:
    referenda.does("gov", "propose", *REMARK, "--wallet", "//Dave")
    referenda.does("gov", "vote", "0", "nay", "--wallet", "//Alice")
    referenda.refuses("DuplicateVote", "gov", "vote", "0", "nay", "--wallet", "//Alice")
    sent = ("-a", "poll_index=0", "-a", "approve=false", "--wallet", "//Alice")
    referenda.fails("SignedVoting.DuplicateVote", "SignedVoting", "vote", *sent)
    referenda.does("gov", "unvote", "0", "--wallet", "//Alice")
    assert referenda.stored("SignedVoting", "TallyOf", 0) == {"ayes": 0, "nays": 0, "total": 3}
    referenda.refuses("VoteNotFound", "gov", "unvote", "0", "--wallet", "//Alice")
    referenda.refuses("NotInVoterSet", "gov", "vote", "0", "aye", "--wallet", "//Charlie")
    referenda.does("gov", "vote", "0", "nay", "--wallet", "//Alice")
    referenda.does("gov", "vote", "0", "nay", "--wallet", "//Eve")
    referenda.refuses("PollNotOngoing", "gov", "vote", "0", "aye", "--wallet", "//Bob")
    referenda.net.make_blocks(1)
    assert list(referenda.stored("Referenda", "ReferendumStatusFor", 0)) == ["Rejected"]
    said = referenda.refuses("PollNotOngoing", "gov", "vote", "0", "aye", "--wallet", "//Bob")
    assert "Rejected in block" in said


def test_what_a_referendum_does_not_take(referenda: Desk) -> None:
    referenda.refuses("NotProposer", "gov", "propose", *REMARK, "--wallet", "//Eve")
    referenda.refuses(
        "TrackNotSubmittable", "gov", "propose", *REMARK, "--track", "1", "--wallet", "//Dave"
    )
    referenda.refuses("BadTrack", "gov", "propose", *REMARK, "--track", "9", "--wallet", "//Dave")
    referenda.does("gov", "propose", *REMARK, "--wallet", "//Dave")
    referenda.misused("nobody closes a referendum", "gov", "close", "0", "--wallet", "//Dave")
    referenda.misused("has no Senate", "gov", "join", "--wallet", "//Dave")
    referenda.misused(
        "leave --hotkey out", "gov", "vote", "0", "aye", "--hotkey", EVE, "--wallet", "//Eve"
    )
    referenda.misused(
        "root proposes nothing", "gov", "propose", *REMARK, "--sudo", "--wallet", "//Dave"
    )
    referenda.misused("given in one way", "gov", "propose", "System", "--wallet", "//Dave")
    referenda.misused(
        "not governed by triumvirate",
        "gov",
        "propose",
        *REMARK,
        "--backend",
        "triumvirate",
        "--wallet",
        "//Dave",
    )


def _upgradable(runtime: Runtime) -> None:
    """As `_governed`, and the release key has opened an upgrade on the account that may do it."""
    _governed(runtime)
    release = sudo_multisig.release_key().ss58
    for who in (GROUP.ss58, release):
        runtime.balances.endow(who, 100 * TAO)
    right = {
        "delegate": sudo_multisig.deployer(),
        "proxy_type": "SudoUncheckedSetCode",
        "delay": 0,
    }
    assert runtime.dispatch(Call("Proxy", "add_proxy", right), Signed(GROUP.ss58)).ok
    opened = {
        "threshold": 2,
        "other_signatories": (GROUP.ss58,),
        "maybe_timepoint": None,
        "call_hash": blake2_256(runtime.encode_call(sudo_multisig.upgrade_call())),
        "max_weight": {"ref_time": 0, "proof_size": 0},
    }
    assert runtime.dispatch(Call("Multisig", "approve_as_multi", opened), Signed(release)).ok


def test_members_of_the_sudo_key_approve_what_carries_a_release_out(
    captured: Callable[[], Any], tmp_path: Path
) -> None:
    with ThreadChain(
        seal=Seal.INSTANT, finality_lag=0, pallets=PALLETS, genesis=_upgradable
    ) as net:
        desk = Desk(net, captured)

        async def compose(node: Any) -> bytes:
            return bytes(node.runtime.encode_call(sudo_multisig.upgrade_call()))

        release = net.do(compose)
        (tmp_path / "release.hex").write_text(release.hex())
        named = ("gov", "approve", "0x" + blake2_256(release).hex(), "--multisig", MEMBERS_FLAG)
        desk.misused("give the release's call", *named, "--wallet", "//Alice")
        given = ("--call-data", str(tmp_path / "release.hex"))
        assert desk.does(*named, *given, "--wallet", "//Alice")["carried_out"] is False
        desk.refuses("AlreadyApproved", *named, *given, "--wallet", "//Alice")
        done = desk.does(*named, *given, "--wallet", "//Bob")
        names = [f"{one['pallet']}.{one['name']}" for one in done["events"]]
        assert names.count("Multisig.MultisigExecuted") == 2
        assert {"System.CodeUpdated", "Sudo.Sudid"} <= set(names)
        assert desk.stored("Multisig", "Multisigs", sudo_multisig.deployer(), named[2]) is None


def _give(desk: Desk, value: int) -> str:
    """The bytes of what the sudo key's account is to carry out."""

    async def compose(node: Any) -> bytes:
        give = ChainCall("Balances", "force_set_balance", {"who": FERDIE, "new_free": value})
        return call_bytes(node.runtime.codec, ChainCall("Sudo", "sudo", {"call": give}))

    data: bytes = desk.net.do(compose)
    return "0x" + data.hex()


def test_a_call_of_the_sudo_key_is_opened_approved_and_carried_out(referenda: Desk) -> None:
    give = ("Balances", "force_set_balance", "-a", "who=//Ferdie", "-a", "new_free=77tao")
    way = ("--backend", "sudo", "--wallet", "//Alice")
    referenda.misused("no chain tells the members", "gov", "propose", *give, *way)
    opened = referenda.does("gov", "propose", *give, *way, "--multisig", MEMBERS_FLAG)
    digest = opened["approval"]["call_hash"]
    data, short, group = _give(referenda, 77 * TAO), digest[:10], ("--multisig", MEMBERS_FLAG)
    named = ("gov", "approve", short, *group)
    referenda.misused("no chain tells the members", "gov", "approve", short, "--wallet", "//Bob")
    referenda.refuses("AlreadyApproved", *named, "--wallet", "//Alice")
    referenda.refuses("NotSignatory", *named, "--wallet", "//Dave")
    referenda.refuses("CallNeeded", *named, "--wallet", "//Bob")
    other = _give(referenda, 78 * TAO)
    referenda.misused("another call", *named, "--call-data", other, "--wallet", "//Bob")
    referenda.misused("has no nays", "gov", "vote", short, "nay", "--wallet", "//Bob")
    referenda.misused("who opened the call", "gov", "unvote", short, "--wallet", "//Bob")
    done = referenda.does(*named, "--call-data", data, "--wallet", "//Bob")
    assert done["carried_out"] is True
    account = referenda.stored("System", "Account", FERDIE)
    assert account["data"]["free"] == 77 * TAO


def test_what_is_forced_on_the_multisig_is_told_by_the_chains_name(referenda: Desk) -> None:
    data, group = _give(referenda, 5 * TAO), ("--multisig", MEMBERS_FLAG)
    opened = referenda.does("gov", "propose", "--call-data", data, *group, "--wallet", "//Alice")
    when = {"height": opened["block"], "index": opened["index"]}
    late = {**when, "height": when["height"] + 1}
    digest = opened["approval"]["call_hash"]

    def forced(error: str, call: str, who: str, **args: Any) -> None:
        others = sorted({ALICE, BOB, CHARLIE} - {dev_account(who)}, key=decode_ss58)
        given = {"threshold": 2, "other_signatories": others, "call_hash": digest, **args}
        sent = [w for name, one in given.items() for w in ("-a", f"{name}={json.dumps(one)}")]
        clean = [one.replace('"0x', "0x").removesuffix('"') for one in sent]
        referenda.fails(f"Multisig.{error}", "Multisig", call, *clean, "--wallet", f"//{who}")

    none = {"max_weight": {"ref_time": 0, "proof_size": 0}}
    forced("WrongTimepoint", "approve_as_multi", "Bob", maybe_timepoint=late, **none)
    forced("NoTimepoint", "approve_as_multi", "Bob", maybe_timepoint=None, **none)
    forced("AlreadyApproved", "approve_as_multi", "Alice", maybe_timepoint=when, **none)
    forced("NotOwner", "cancel_as_multi", "Bob", timepoint=when)
    forced("WrongTimepoint", "cancel_as_multi", "Alice", timepoint=late)
    referenda.does("gov", "cancel", digest, *group, "--wallet", "//Alice")
    forced("NotFound", "cancel_as_multi", "Alice", timepoint=when)
    forced("UnexpectedTimepoint", "approve_as_multi", "Bob", maybe_timepoint=when, **none)


def test_only_who_opened_a_call_cancels_it(referenda: Desk, tmp_path: Path) -> None:
    path = tmp_path / "call.hex"
    path.write_text(_give(referenda, 5))
    group = ("--multisig", MEMBERS_FLAG)
    opened = referenda.does(
        "gov", "propose", "--call-data", str(path), *group, "--wallet", "//Alice"
    )
    short = opened["approval"]["call_hash"][:10]
    referenda.refuses("NotOwner", "gov", "cancel", short, *group, "--wallet", "//Bob")
    referenda.does("gov", "cancel", short, *group, "--wallet", "//Alice")
    referenda.misused("no proposal goes by", "gov", "cancel", short, *group, "--wallet", "//Alice")


def test_the_address_book_tells_the_members_too(referenda: Desk) -> None:
    code, _, err = referenda.run(
        "address", "add", "council", ALICE, BOB, CHARLIE, "--threshold", "2"
    )
    assert code == 0, err
    opened = referenda.does("gov", "propose", *REMARK, "--wallet", "//Alice")
    short = opened["approval"]["call_hash"][:10]
    voted = referenda.run("gov", "vote", short, "aye", "--wallet", "//Bob", "--yes")
    assert voted[0] == 1 and "(CallNeeded)" in voted[2]


def test_a_proxy_votes_for_the_account_that_named_it(referenda: Desk) -> None:
    referenda.does("gov", "propose", *REMARK, "--wallet", "//Dave")
    referenda.does("proxy", "add", "//Ferdie", "--type", "Any", "--wallet", "//Eve")
    referenda.does("gov", "vote", "0", "aye", "--proxy-for", "//Eve", "--wallet", "//Ferdie")
    assert referenda.stored("SignedVoting", "VotingFor", 0, EVE) is True
    referenda.refuses(
        "DuplicateVote", "gov", "vote", "0", "aye", "--proxy-for", "//Eve", "--wallet", "//Ferdie"
    )


def test_a_proxy_names_the_senators_of_the_wallet_it_acts_for(
    captured: Callable[[], Any], tmp_path: Path
) -> None:
    classes = (*council_node.CLASSES, Proxy)
    with ThreadChain(seal=Seal.INSTANT, finality_lag=0, pallets=classes, genesis=_senate) as net:
        desk = Desk(net, captured)
        propose(desk, 5)
        for name, owner in (("boss", "Dave"), ("agent", "Ferdie")):
            _public_wallet(tmp_path, name, dev_account(owner), council_node.hotkey(owner))
        desk.does("proxy", "add", "//Ferdie", "--type", "Any", "--wallet", "//Dave")
        vote = ("gov", "vote", "0", "aye", "--hotkey", "senator", "--proxy-for", "boss")
        code, out, err = desk.run(*vote, "--wallet", "agent", "--dry-run", "-o", "json")
        assert code == 0, err
        assert council_node.hotkey("Dave") in out and council_node.hotkey("Ferdie") not in out
        desk.does(*vote, "--wallet", "//Ferdie")
        motion = desk.stored("Triumvirate", "Proposals")[0]
        ayes = desk.stored("Triumvirate", "Voting", motion)["ayes"]
        assert ayes == [council_node.hotkey("Dave")]


def test_a_chain_that_nobody_governs_takes_no_votes(captured: Callable[[], Any]) -> None:
    with ThreadChain(seal=Seal.INSTANT, finality_lag=0) as net:
        desk = Desk(net, captured)
        for words in (
            ("vote", "0", "aye"),
            ("unvote", "0"),
            ("close", "0"),
            ("approve", "0x123456"),
            ("cancel", "0x123456"),
            ("propose", *REMARK),
        ):
            desk.misused("no governance that taoctl knows", "gov", *words, "--wallet", "//Alice")
        desk.misused("has no Senate", "gov", "join", "--wallet", "//Alice")
