"""A foreign client: unmodified substrate-interface, in a process that knows nothing of taoctl."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from running import localnet

CLIENT = r"""
import json, sys
from substrateinterface import Keypair, SubstrateInterface
from substrateinterface.exceptions import SubstrateRequestException

chain = SubstrateInterface(url=sys.argv[1])
alice, bob = (Keypair.create_from_uri(uri) for uri in ("//Alice", "//Bob"))
said = {"chain": chain.chain, "properties": chain.properties}


def free(key):
    return chain.query("System", "Account", [key.ss58_address]).value["data"]["free"]


def refusal(extrinsic):
    try:
        chain.submit_extrinsic(extrinsic)
    except SubstrateRequestException as problem:
        return problem.args[0]


said["tempos"] = {k.value: v.value for k, v in chain.query_map("SubtensorModule", "Tempo")}
said["uids"] = len(list(chain.query_map("SubtensorModule", "Uids", [1], page_size=5)))
said["nonce"] = chain.runtime_call("AccountNonceApi", "account_nonce", [alice.ss58_address]).value
said["before"] = free(bob)
call = chain.compose_call(
    "Balances", "transfer_keep_alive", {"dest": bob.ss58_address, "value": 123_456_789}
)
first = chain.create_signed_extrinsic(call, alice, era={"period": 64})
receipt = chain.submit_extrinsic(first, wait_for_inclusion=True)
said["success"] = receipt.is_success
said["fee"] = receipt.total_fee_amount
said["events"] = [
    f"{e.value['module_id']}.{e.value['event_id']}" for e in receipt.triggered_events
]
said["after"] = free(bob)
said["at_parent"] = chain.query(
    "System", "Account", [bob.ss58_address],
    block_hash=chain.get_block_header(receipt.block_hash)["header"]["parentHash"],
).value["data"]["free"]
said["in_block"] = str(first.data) in [
    str(e.data) for e in chain.get_block(receipt.block_hash)["extrinsics"]
]
said["stale"] = refusal(chain.create_signed_extrinsic(call, alice, nonce=0))
expiring = chain.create_signed_extrinsic(call, alice, era={"period": 4})
born = chain.get_block_number(None)
spoiled = bytearray.fromhex(str(chain.create_signed_extrinsic(call, alice).data)[2:])
spoiled[50] ^= 1
try:
    chain.rpc_request("author_submitExtrinsic", ["0x" + spoiled.hex()])
except SubstrateRequestException as problem:
    said["tampered"] = problem.args[0]
finalized = chain.submit_extrinsic(
    chain.create_signed_extrinsic(call, bob, era={"period": 64}), wait_for_finalization=True
)
said["finalized"] = finalized.is_success
while chain.get_block_number(None) <= born + 4:
    pass
said["expired"] = refusal(expiring)
failing = chain.compose_call(
    "SubtensorModule", "burned_register", {"netuid": 4_000, "hotkey": bob.ss58_address}
)
receipt = chain.submit_extrinsic(
    chain.create_signed_extrinsic(failing, alice), wait_for_inclusion=True
)
said["module_error"] = receipt.error_message and receipt.error_message["name"]
print(json.dumps(said))
"""


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, Any]:
    with localnet(monkeypatch, tmp_path) as running:
        result = subprocess.run(
            [sys.executable, "-c", CLIENT, running.endpoint],
            capture_output=True,
            text=True,
            timeout=600,
            cwd=tmp_path,
        )
    assert result.returncode == 0, result.stderr
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def test_substrate_interface_reads_transfers_and_is_refused(said: dict[str, Any]) -> None:
    assert said["chain"] == "taoctl localnet small"
    assert said["properties"] == {"ss58Format": 42, "tokenDecimals": 9, "tokenSymbol": "TAO"}
    assert sorted(said["tempos"]) == ["0", "1", "2", "3"]
    assert all(10 <= tempo <= 20 for netuid, tempo in said["tempos"].items() if netuid != "0")
    assert (said["uids"], said["nonce"]) == (16, 0)
    assert said["success"] is True and said["finalized"] is True
    assert said["before"] == said["at_parent"] == 10_000 * 10**9
    assert said["after"] == said["before"] + 123_456_789
    assert said["in_block"] is True
    assert said["events"] == [
        "Balances.Withdraw",
        "Balances.Transfer",
        "TransactionPayment.TransactionFeePaid",
        "System.ExtrinsicSuccess",
    ]
    assert 100_000 < said["fee"] < 300_000
    invalid = {"code": 1010, "message": "Invalid Transaction"}
    assert said["stale"] == {**invalid, "data": "Transaction is outdated"}
    assert said["tampered"] == {**invalid, "data": "Transaction has a bad signature"}
    # The signature is checked against the hash of the era that the next block is in: another
    # hash than the one signed, or none yet when that block would be its first.
    assert said["expired"] in [
        {**invalid, "data": f"Transaction has {why}"}
        for why in ("a bad signature", "an ancient birth block")
    ]
    assert said["module_error"] == "SubnetNotExists"
