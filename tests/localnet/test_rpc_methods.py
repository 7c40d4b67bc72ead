"""RPC methods over a real chain: answers, blocks by hash, refusals, subscriptions, dev methods."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from nodes import ALICE, BOB, TAO, open_plain, transfer

from taoctl.localnet.dev import DevNode
from taoctl.localnet.serve import table
from taoctl.localnet.session import Session
from taoctl.scale.codec import Codec
from taoctl.scale.compact import compact
from taoctl.scale.crypto import api_id

TABLE = table()


class Client:
    """A session on a node, without a socket."""

    def __init__(self, node: DevNode) -> None:
        async def ready() -> DevNode:
            return node

        node.method_names = TABLE.names()
        self.node = node
        self.pushed: list[dict[str, Any]] = []
        self._session = Session(ready, TABLE, lambda text: self.pushed.append(json.loads(text)))

    async def answer(self, method: str, *params: Any) -> dict[str, Any]:
        replies: list[str] = []
        body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": list(params)}
        await self._session.handle(json.dumps(body), replies.append)
        found: dict[str, Any] = json.loads(replies[0])
        return found

    async def ask(self, method: str, *params: Any) -> Any:
        found = await self.answer(method, *params)
        assert "result" in found, found
        return found["result"]

    async def error(self, method: str, *params: Any) -> dict[str, Any]:
        found = await self.answer(method, *params)
        assert "error" in found, found
        problem: dict[str, Any] = found["error"]
        return problem

    def results(self, subscription: str) -> list[Any]:
        return [
            one["params"]["result"]
            for one in self.pushed
            if one["params"]["subscription"] == subscription
        ]


def with_client(work: Any, blocks: int = 3) -> None:
    async def run() -> None:
        node = open_plain().node
        await node.sealer.new_blocks(blocks)
        await work(Client(node))

    asyncio.run(run())


def test_every_listed_method_exists_and_aliases_agree() -> None:
    async def work(client: Client) -> None:
        names = (await client.ask("rpc_methods"))["methods"]
        assert len(names) == len(set(names)) and len(names) > 60
        for one, other in (
            ("system_accountNextIndex", "account_nextIndex"),
            ("chain_getBlockHash", "chain_getHead"),
            ("chain_getFinalizedHead", "chain_getFinalisedHead"),
            ("state_getStorage", "state_getStorageAt"),
            ("state_getRuntimeVersion", "chain_getRuntimeVersion"),
        ):
            params = {"system": [ALICE], "state_getStorage": ["0x00"]}
            given = params.get(one, params.get(one.partition("_")[0], []))
            assert await client.ask(one, *given) == await client.ask(other, *given)

    with_client(work)


def test_blocks_by_number_and_hash() -> None:
    async def work(client: Client) -> None:
        head = await client.ask("chain_getBlockHash")
        hashes = await client.ask("chain_getBlockHash", [0, 1, "0x2", 3, 99])
        assert hashes[3] == head and hashes[4] is None and len(set(hashes)) == 5
        header = await client.ask("chain_getHeader", hashes[2])
        assert (header["number"], header["parentHash"]) == ("0x2", hashes[1])
        block = await client.ask("chain_getBlock", hashes[2])
        assert block["block"]["header"] == header
        assert len(block["block"]["extrinsics"]) == 1
        assert await client.ask("chain_getFinalizedHead") == hashes[1]
        unknown = "0x" + "11" * 32
        assert await client.ask("chain_getBlock", unknown) is None
        assert await client.ask("chain_getHeader", unknown) is None
        assert (await client.error("chain_getHeader", "0x12"))["code"] == -32602
        assert (await client.error("chain_getBlockHash", -1))["code"] == -32602

    with_client(work)


def test_storage_now_and_then() -> None:
    async def work(client: Client) -> None:
        node = client.node
        before = await client.ask("chain_getBlockHash")
        node.submit(transfer(node, rao=TAO))
        await node.author_block()
        codec = node.runtime.codec
        key = "0x" + codec.storage_key("System", "Account", BOB).hex()

        async def free(at: str | None) -> int:
            raw = await client.ask("state_getStorage", key, at)
            value = codec.decode_storage("System", "Account", bytes.fromhex(raw[2:]))
            return int(value["data"]["free"])

        assert await free(before) == 10_000 * TAO
        assert await free(None) == 10_001 * TAO
        both = await client.ask("state_queryStorageAt", [key, "0x1234"], before)
        assert both[0]["block"] == before
        assert both[0]["changes"][1] == ["0x1234", None]
        size = await client.ask("state_getStorageSize", key)
        assert size == len(
            codec.encode(
                codec.need_storage("System", "Account").value_type,
                codec.decode_storage("System", "Account", None),
            )
        )
        unknown = await client.error("state_getStorage", key, "0x" + "22" * 32)
        assert unknown["code"] == 4003 and "UnknownBlock" in unknown["message"]

    with_client(work)


def test_keys_come_in_pages_in_order() -> None:
    async def work(client: Client) -> None:
        node = client.node
        await node.faucet("5CiPPseXPECbkjWCa6MnjNokrgYjMqmKndv2rSnekmSK2DjL", TAO)
        prefix = "0x" + node.runtime.codec.storage_prefix("System", "Account").hex()
        every = await client.ask("state_getKeys", prefix)
        assert len(every) == 3 and every == sorted(every)
        pages, start = [], None
        while page := await client.ask("state_getKeysPaged", prefix, 2, start):
            pages += page
            start = page[-1]
        assert pages == every
        assert await client.ask("state_getKeysPaged", prefix, 0) == []
        assert (await client.error("state_getKeysPaged", prefix, 1001))["code"] == 4002
        everything = await client.ask("state_getKeys", "0x")
        assert everything == sorted(set(everything)) and set(every) < set(everything)

    with_client(work)


def test_metadata_and_versions_describe_the_same_runtime() -> None:
    async def work(client: Client) -> None:
        v14 = bytes.fromhex((await client.ask("state_getMetadata"))[2:])
        args = (15).to_bytes(4, "little").hex()
        answer = await client.ask("state_call", "Metadata_metadata_at_version", "0x" + args)
        raw = bytes.fromhex(answer[2:])
        assert raw[0] == 1
        length, start = compact(raw, 1)
        v15 = raw[start:]
        assert len(v15) == length
        version = await client.ask("state_getRuntimeVersion")
        assert (version["specName"], version["specVersion"]) == ("node-subtensor", 424)
        for metadata in (v14, v15):
            codec = Codec(metadata, version["specVersion"], version["transactionVersion"])
            assert codec.has_call("Balances", "transfer_keep_alive")
        listed = {name for name, _ in version["apis"]}
        assert {"0x" + api_id(api).hex() for api, _ in codec.api_methods()} == listed
        none = await client.ask(
            "state_call", "Metadata_metadata_at_version", "0x" + (99).to_bytes(4, "little").hex()
        )
        assert none == "0x00"

    with_client(work)


def test_runtime_calls_that_fail_say_how() -> None:
    async def work(client: Client) -> None:
        missing = await client.error("state_call", "Nothing_at_all", "0x")
        assert missing["code"] == 4003
        assert "Exported method Nothing_at_all is not found" in missing["message"]
        broken = await client.error("state_call", "AccountNonceApi_account_nonce", "0x00")
        assert broken["code"] == 4003 and "Bad input data" in broken["message"]

    with_client(work)


def test_fees_agree_over_rpc_and_runtime_api() -> None:
    async def work(client: Client) -> None:
        node = client.node
        raw = transfer(node)
        info = await client.ask("payment_queryInfo", "0x" + raw.hex())
        details = await client.ask("payment_queryFeeDetails", "0x" + raw.hex())
        parts = sum(int(part, 16) for part in details["inclusionFee"].values())
        assert int(info["partialFee"]) == parts == node.fee_info(raw).total
        args = raw + len(raw).to_bytes(4, "little")
        answer = await client.ask(
            "state_call", "TransactionPaymentApi_query_info", "0x" + args.hex()
        )
        codec = node.runtime.codec
        api = codec.need_api("TransactionPaymentApi", "query_info")
        told = codec.decode_api_result(api, bytes.fromhex(answer[2:]))
        assert told["partial_fee"] == parts

    with_client(work)


def test_heads_and_finalized_heads_are_pushed() -> None:
    async def work(client: Client) -> None:
        heads = await client.ask("chain_subscribeNewHeads")
        finalized = await client.ask("chain_subscribeFinalizedHeads")
        await client.node.sealer.new_blocks(2)
        assert [head["number"] for head in client.results(heads)] == ["0x3", "0x4", "0x5"]
        assert [head["number"] for head in client.results(finalized)] == ["0x1", "0x2", "0x3"]
        assert await client.ask("chain_unsubscribeNewHeads", heads) is True
        await client.node.author_block()
        assert len(client.results(heads)) == 3

    with_client(work)


def test_storage_subscriptions_push_only_what_changed() -> None:
    async def work(client: Client) -> None:
        node = client.node
        codec = node.runtime.codec
        keys = ["0x" + codec.storage_key("System", "Account", who).hex() for who in (ALICE, BOB)]
        number = await client.ask("state_subscribeStorage", keys)
        await node.author_block()
        assert len(client.results(number)) == 1
        await node.faucet(BOB, TAO)
        first, second = client.results(number)
        assert [key for key, _ in first["changes"]] == keys
        assert [key for key, _ in second["changes"]] == keys[1:]
        assert second["block"] == "0x" + node.best_hash.hex()
        assert (await client.error("state_subscribeStorage"))["code"] == -32602

    with_client(work)


def test_a_watched_extrinsic_reports_its_life_after_its_id() -> None:
    async def work(client: Client) -> None:
        node = client.node
        raw = "0x" + transfer(node).hex()
        number = await client.ask("author_submitAndWatchExtrinsic", raw)
        assert await client.ask("author_pendingExtrinsics") == [raw]
        blocks = [await node.author_block() for _ in range(3)]
        digest = "0x" + blocks[0].hash.hex()
        assert client.results(number) == ["ready", {"inBlock": digest}, {"finalized": digest}]
        again = await client.error("author_submitAndWatchExtrinsic", raw)
        assert again["code"] == 1012

    with_client(work)


def test_dev_new_block_takes_a_count_or_a_target() -> None:
    async def work(client: Client) -> None:
        node = client.node
        head = await client.ask("dev_newBlock")
        assert (head, node.best_number) == ("0x" + node.best_hash.hex(), 4)
        await client.ask("dev_newBlock", {"count": 3})
        await client.ask("dev_newBlock", {"to": 10})
        assert node.best_number == 10
        assert (await client.error("dev_newBlock", {"to": 2}))["code"] == -32602
        assert (await client.error("dev_newBlock", {"cuont": 2}))["code"] == -32602
        assert (await client.error("dev_newBlock", {"count": -1}))["code"] == -32602

    with_client(work)


def test_dev_set_storage_and_set_head() -> None:
    async def work(client: Client) -> None:
        node = client.node
        codec = node.runtime.codec
        key = "0x" + codec.storage_key("Sudo", "Key").hex()
        value = "0x" + codec.encode("AccountId32", BOB).hex()
        await client.ask("dev_setStorage", [[key, value]])
        assert await client.ask("state_getStorage", key) == value
        await client.ask("dev_setStorage", [[key, None]])
        assert await client.ask("state_getStorage", key) is None
        for bad in ([["0x1234", "0x00"]], [[key, "0x00"]], "text", [[key]]):
            assert (await client.error("dev_setStorage", bad))["code"] == -32602
        first = await client.ask("chain_getBlockHash", 1)
        assert await client.ask("dev_setHead", 1) == first
        assert await client.ask("chain_getBlockHash") == first
        assert (await client.error("dev_setHead", 50))["code"] == 4003

    with_client(work)


def test_dev_time_travel_and_status() -> None:
    async def work(client: Client) -> None:
        assert await client.ask("dev_timeTravel", "2040-01-01T00:00:00") == 2_208_988_800_000
        await client.ask("dev_newBlock")
        assert client.node.head.timestamp.Now.get() >= 2_208_988_800_000
        assert (await client.error("dev_timeTravel", "yesterday"))["code"] == -32602
        assert (await client.error("dev_timeTravel", 5))["code"] == -32602
        status = await client.ask("dev_status")
        assert (status["block"], status["finalized"], status["seal"]) == (4, 2, "manual")
        assert all(account["insecure"] for account in status["devAccounts"])
        assert (await client.error("dev_advanceEpochs", 1, 1))["code"] == -32602

    with_client(work)
