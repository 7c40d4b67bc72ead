"""The sudo key that several hold, what waits for their approval, and a proposed upgrade."""

from __future__ import annotations

from functools import lru_cache

from taoctl.addresses import decode_ss58
from taoctl.localnet.frame import Call, Runtime, Signed
from taoctl.localnet.genesis.accounts import account, dev_account, signer
from taoctl.localnet.genesis.new_code import new_code
from taoctl.localnet.genesis.world import Scenario
from taoctl.localnet.opening import Step
from taoctl.localnet.pallets.system import SPEC_VERSION
from taoctl.scale.crypto import KeySigner, blake2_256
from taoctl.scale.derived_accounts import multisig_account
from taoctl.units import RAO_PER_TAO

SIGNATORIES = ("Alice", "Bob", "Charlie")
THRESHOLD = 2
NEW_IMMUNITY_BLOCKS = 216_000
"""What the pending call of the sudo multisig makes of a subnet's immunity."""

_PURSES_TAO = 1_000
_CODE_WEIGHT = {"ref_time": 50_000_000_000, "proof_size": 0}
_RELEASE_WEIGHT = {"ref_time": 80_000_000_000, "proof_size": 50_000}
_CALL_WEIGHT = {"ref_time": 10_000_000_000, "proof_size": 50_000}


@lru_cache(maxsize=1)
def sudo_multisig() -> str:
    """The account of which two of //Alice, //Bob and //Charlie may act."""
    return multisig_account([dev_account(name) for name in SIGNATORIES], THRESHOLD)


def release_key() -> KeySigner:
    """The key that proposes upgrades."""
    return signer("demo/release")


def deployer() -> str:
    """The account that the release key and the sudo multisig share; it may only set code."""
    return multisig_account([release_key().ss58, sudo_multisig()], 2)


def pending_call() -> Call:
    """What one signatory of the sudo multisig has approved."""
    args = {"immunity_period": NEW_IMMUNITY_BLOCKS}
    change = Call("AdminUtils", "sudo_set_network_immunity_period", args)
    return Call("Sudo", "sudo", {"call": change})


def upgrade_call() -> Call:
    """What the release key has approved, by hash alone: the next runtime's code."""
    code = Call("System", "set_code", {"code": new_code(SPEC_VERSION + 1)})
    root = Call("Sudo", "sudo_unchecked_weight", {"call": code, "weight": _CODE_WEIGHT})
    return Call(
        "Proxy",
        "proxy",
        {"real": sudo_multisig(), "force_proxy_type": None, "call": root},
    )


def write_sudo_multisig(rt: Runtime, scenario: Scenario) -> None:
    """Give the sudo multisig and the release key TAO, and let their common account set code."""
    donor = Signed(account(f"{scenario.name}/foundation"))
    for who in (sudo_multisig(), release_key().ss58):
        purse = {"dest": who, "value": _PURSES_TAO * RAO_PER_TAO}
        _must(rt, Call("Balances", "transfer_keep_alive", purse), donor)
    proxy = {
        "delegate": deployer(),
        "proxy_type": "SudoUncheckedSetCode",
        "delay": 0,
    }
    _must(rt, Call("Proxy", "add_proxy", proxy), Signed(sudo_multisig()))


def sudo_multisig_steps(rt: Runtime) -> list[Step]:
    """//Charlie opens the pending call, the release key the upgrade."""
    charlie = KeySigner("//Charlie")
    others = [dev_account(name) for name in SIGNATORIES if name != "Charlie"]
    opened = {
        "threshold": THRESHOLD,
        "other_signatories": _sorted(others),
        "maybe_timepoint": None,
        "call": pending_call(),
        "max_weight": _CALL_WEIGHT,
    }
    upgrade_hash = blake2_256(rt.encode_call(upgrade_call()))
    proposed = {
        "threshold": 2,
        "other_signatories": (sudo_multisig(),),
        "maybe_timepoint": None,
        "call_hash": upgrade_hash,
        "max_weight": _RELEASE_WEIGHT,
    }
    return [
        Step(1, charlie, Call("Multisig", "as_multi", opened)),
        Step(1, release_key(), Call("Multisig", "approve_as_multi", proposed)),
    ]


def _sorted(accounts: list[str]) -> tuple[str, ...]:
    return tuple(sorted(accounts, key=decode_ss58))


def _must(rt: Runtime, call: Call, origin: Signed) -> None:
    outcome = rt.dispatch(call, origin)
    assert outcome.ok, f"{call.pallet}.{call.name}: {outcome.result}"
