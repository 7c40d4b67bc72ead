"""What the JSON of the wallet commands holds."""

from __future__ import annotations

from taoctl.cli.schema_parts import INT_OR_NULL, TEXT, TEXT_OR_NULL, Plain, Shape, array, obj
from taoctl.cli.schema_parts import row_schema as row
from taoctl.cli.wallet.rows import FindingRow, HeldRow, KeyDetailRow, KeyRow
from taoctl.reads.balances import BalanceRow
from taoctl.reads.coldkey_swaps import ColdkeySwapRow
from taoctl.reads.neurons import MyNeuronRow
from taoctl.reads.stake import StakeRow

_BOOL = {"type": "boolean"}
_CRYPTO = {"enum": ["sr25519", "ed25519"]}
_KEYS = obj(mnemonic_file=TEXT_OR_NULL, keys=array(row(KeyRow)))

SCHEMAS: dict[str, Shape | Plain] = {
    "taoctl.wallet.audit/1": Shape("taoctl wallet audit", FindingRow),
    "taoctl.wallet.balance/1": Shape("taoctl wallet balance", BalanceRow),
    "taoctl.wallet.create/1": Plain("taoctl wallet create", _KEYS),
    "taoctl.wallet.export/1": Plain(
        "taoctl wallet export",
        obj(
            key=TEXT,
            ss58=TEXT,
            form={"enum": ["json", "mnemonic", "seed", "private-key"]},
            path=TEXT_OR_NULL,
        ),
    ),
    "taoctl.wallet.import/1": Plain("taoctl wallet import", _KEYS),
    "taoctl.wallet.list/1": Shape("taoctl wallet list", KeyRow),
    "taoctl.wallet.lock/1": Plain(
        "taoctl wallet lock", obj(locked=array(TEXT), killed=_BOOL, keyring_forgotten=_BOOL)
    ),
    "taoctl.wallet.neurons/1": Shape("taoctl wallet neurons", MyNeuronRow),
    "taoctl.wallet.new-coldkey/1": Plain("taoctl wallet new-coldkey", _KEYS),
    "taoctl.wallet.new-hotkey/1": Plain("taoctl wallet new-hotkey", _KEYS),
    "taoctl.wallet.overview/1": Plain(
        "taoctl wallet overview",
        obj(
            balances=array(row(BalanceRow)),
            stake=array(row(StakeRow)),
            neurons=array(row(MyNeuronRow)),
        ),
    ),
    "taoctl.wallet.passwd/1": Plain(
        "taoctl wallet passwd", obj(key=TEXT, ss58=TEXT, path=TEXT, encrypted=_BOOL)
    ),
    "taoctl.wallet.remove/1": Plain("taoctl wallet remove", obj(removed=TEXT, trash=TEXT)),
    "taoctl.wallet.rename/1": Plain("taoctl wallet rename", obj(old=TEXT, new=TEXT, path=TEXT)),
    "taoctl.wallet.show/1": Shape("taoctl wallet show", KeyDetailRow),
    "taoctl.wallet.sign/1": Plain(
        "taoctl wallet sign", obj(ss58=TEXT, crypto=_CRYPTO, signature=TEXT)
    ),
    "taoctl.wallet.swap-coldkey/1": Shape("taoctl wallet swap-coldkey status", ColdkeySwapRow),
    "taoctl.wallet.unlock/1": Plain(
        "taoctl wallet unlock",
        obj(agent_pid=INT_OR_NULL, keyring=TEXT_OR_NULL, keys=array(row(HeldRow))),
    ),
    "taoctl.wallet.verify/1": Plain(
        "taoctl wallet verify", obj(ss58=TEXT, crypto=_CRYPTO, wrapped=_BOOL, valid={"const": True})
    ),
    "taoctl.wallet.watch/1": Plain("taoctl wallet watch", _KEYS),
}
