"""Unmodified substrate-interface submits, votes and reads where referenda govern."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from chain_thread import ThreadChain
from referenda_chain import MEMBERS, PROPOSERS, TRIUMVIRATE
from substrateinterface import Keypair, SubstrateInterface
from wrapped import CLASSES, RICH, TAO, by_key

from taoctl.localnet.frame import Pallet, Runtime
from taoctl.localnet.pallets.governance.referenda_stack import GOVERNANCE_B
from taoctl.localnet.sealing import Seal

TARGET = "5DAAnrj7VHTznn2AWBemMuyBwZWs6FNFjdyVXUeYum3PTXFy"


def genesis(runtime: Runtime) -> None:
    for name, members in MEMBERS.items():
        runtime.multi_collective.Members[name] = by_key(*members)
        for who in members:
            runtime.balances.endow(who, RICH)


@pytest.fixture
def chain() -> Iterator[ThreadChain]:
    pallets: tuple[type[Pallet], ...] = (*CLASSES, *GOVERNANCE_B)
    with ThreadChain(seal=Seal.INSTANT, finality_lag=0, pallets=pallets, genesis=genesis) as made:
        yield made


class Client:
    """What a foreign program does, with the keys of the members."""

    def __init__(self, url: str) -> None:
        self.chain = SubstrateInterface(url=url)

    def send(self, uri: str, call: Any) -> Any:
        extrinsic = self.chain.create_signed_extrinsic(call, Keypair.create_from_uri(uri))
        return self.chain.submit_extrinsic(extrinsic, wait_for_inclusion=True)

    def compose(self, pallet: str, name: str, **args: Any) -> Any:
        return self.chain.compose_call(pallet, name, args)

    def vote(self, uri: str, poll: int, approve: bool) -> str | None:
        call = self.compose("SignedVoting", "vote", poll_index=poll, approve=approve)
        receipt = self.send(uri, call)
        return None if receipt.is_success else str(receipt.error_message["name"])

    def read(self, pallet: str, item: str, *keys: Any) -> Any:
        return self.chain.query(pallet, item, list(keys)).value


def test_a_foreign_client_goes_all_the_way(chain: ThreadChain) -> None:
    client = Client(chain.url)
    give = client.compose("Balances", "force_set_balance", who=TARGET, new_free=TAO)
    submit = client.compose("Referenda", "submit", track=0, call=give)
    assert client.send("//Proposer0", submit).is_success
    refused = client.send("//Triumvir0", submit)
    assert refused.error_message["name"] == "NotProposer"
    status = client.read("Referenda", "ReferendumStatusFor", 0)["Ongoing"]
    assert status["proposer"] == PROPOSERS[0]
    assert status["proposal"] == {"Action": {"Inline": str(give.data)}}
    assert client.read("MultiCollective", "Members", "Triumvirate") == list(by_key(*TRIUMVIRATE))
    assert client.read("SignedVoting", "VoterSetOf", 0) == list(by_key(*TRIUMVIRATE))
    assert client.vote("//Triumvir0", 0, True) is None
    assert client.vote("//Triumvir0", 0, True) == "DuplicateVote"
    assert client.vote("//Proposer0", 0, True) == "NotInVoterSet"
    assert client.read("SignedVoting", "VotingFor", 0, TRIUMVIRATE[0]) is True
    assert client.read("SignedVoting", "TallyOf", 0) == {"ayes": 1, "nays": 0, "total": 3}
    assert client.vote("//Triumvir1", 0, True) is None
    chain.make_blocks(1)
    approved = client.read("Referenda", "ReferendumStatusFor", 0)["Delegated"]
    told = client.chain.get_events(client.chain.get_block_hash(approved))
    named = [(e.value["module_id"], e.value["event_id"]) for e in told]
    assert ("Referenda", "Delegated") in named
    for number in range(2):
        assert client.vote(f"//Economic{number}", 1, True) is None
    assert client.read("SignedVoting", "TallyOf", 1) == {"ayes": 2, "nays": 0, "total": 28}
    chain.make_blocks(30)
    ended = client.read("Referenda", "ReferendumStatusFor", 1)
    assert next(iter(ended)) == "Enacted"
    assert client.read("System", "Account", TARGET)["data"]["free"] == TAO
