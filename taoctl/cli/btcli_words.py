"""The command that does here what a command of btcli's does, for those who know that one.

Source: the command trees of bittensor-cli 9.23 and of the btcli of bittensor 11.3.
"""

from __future__ import annotations

from collections.abc import Sequence

_GROUPS = {
    "c": "config",
    "conf": "config",
    "s": "subnet",
    "st": "stake",
    "su": "sudo",
    "subnets": "subnet",
    "w": "wallet",
    "wallets": "wallet",
    "weight": "weights",
    "wt": "weights",
}
"""Other names of btcli's groups, and of groups that have another name here."""

_COMMANDS = {
    "axon": ("neuron serve",),
    "axon reset": ("neuron unserve",),
    "balance": ("wallet balance",),
    "config add-proxy": ("address add",),
    "config get": ("config explain",),
    "config proxies": ("address list",),
    "faucet": ("localnet faucet",),
    "hyperparameters": ("subnet hyperparameters",),
    "list": ("subnet list", "wallet list"),
    "lock": ("stake lock",),
    "metagraph": ("subnet metagraph",),
    "overview": ("wallet overview",),
    "proxy create": ("proxy create-pure",),
    "register": ("subnet register",),
    "root": ("subnet metagraph 0", "query delegates"),
    "root get-weights": ("weights show 0",),
    "root list": ("subnet metagraph 0",),
    "root list-delegates": ("query delegates",),
    "root register": ("subnet register 0",),
    "root set-take": ("stake take set",),
    "stake children": ("stake child",),
    "stake get-children": ("stake child get",),
    "stake locks": ("stake lock list",),
    "stake move-swap": ("stake move",),
    "stake process-claim": ("stake claim",),
    "stake revoke-children": ("stake child revoke",),
    "stake set-auto": ("stake auto set",),
    "stake set-children": ("stake child set",),
    "stake set-claim": ("stake claim-type",),
    "stake show": ("stake list",),
    "stake unstake": ("stake remove",),
    "stake unstake-all-alpha": ("stake unstake-all",),
    "subnet burn-cost": ("subnet create --dry-run", "subnet show"),
    "subnet check-start": ("subnet show",),
    "subnet create-cost": ("subnet create --dry-run",),
    "subnet get": ("subnet hyperparameters",),
    "subnet get-identity": ("subnet identity get",),
    "subnet get-take": ("stake take get",),
    "subnet lock-cost": ("subnet create --dry-run",),
    "subnet pow-register": ("subnet register",),
    "subnet set": ("subnet hyperparameters NETUID set",),
    "subnet set-identity": ("subnet identity set",),
    "subnet set-symbol": ("subnet symbol",),
    "subnet set-take": ("stake take set",),
    "subnet stake-burn": ("stake burn",),
    "sudo": ("subnet hyperparameters",),
    "sudo buyback": ("stake burn",),
    "sudo get": ("subnet hyperparameters",),
    "sudo get-take": ("stake take get",),
    "sudo set": ("subnet hyperparameters NETUID set",),
    "sudo set-take": ("stake take set",),
    "sudo stake-burn": ("stake burn",),
    "sudo trigger-epoch": ("subnet tempo NETUID trigger",),
    "transfer": ("wallet transfer",),
    "view": ("dash",),
    "wallet announce-coldkey-swap": ("wallet swap-coldkey announce",),
    "wallet associate-hotkey": ("neuron associate",),
    "wallet faucet": ("localnet faucet",),
    "wallet get-identity": ("identity get",),
    "wallet inspect": ("wallet overview",),
    "wallet keychain": ("wallet unlock",),
    "wallet regen-coldkey": ("wallet import",),
    "wallet regen-coldkeypub": ("wallet watch",),
    "wallet regen-hotkey": ("wallet import",),
    "wallet regen-hotkeypub": ("wallet watch",),
    "wallet registrations": ("wallet neurons",),
    "wallet set-identity": ("identity set",),
    "wallet swap-check": ("wallet swap-coldkey status",),
    "wallet swap-hotkey": ("neuron swap-hotkey",),
    "weights commit": ("weights set",),
}
"""btcli's commands, their group by its name here, and the commands that do the same."""


def commands() -> tuple[str, ...]:
    """Every command that `here_for` can name by its own words, without `taoctl`."""
    return tuple(dict.fromkeys(one for many in _COMMANDS.values() for one in many))


def here_for(words: Sequence[str]) -> tuple[str, ...]:
    """The commands that do what words of btcli's command line name, without `taoctl`.

    Args:
        words: of the line, from the first one on; arguments may follow them.

    Returns:
        What the longest run of words is known by, nothing for words that are not btcli's. Where
        only the group has another name, its other words are kept, and such a command may be none.
    """
    if not words:
        return ()
    plain = [word.lower().replace("_", "-") for word in words]
    named = [_GROUPS.get(plain[0], plain[0]), *plain[1:]]
    for count in range(min(len(named), 2), 0, -1):
        found = _COMMANDS.get(" ".join(named[:count]))
        if found is not None:
            return found
    return () if named == list(words) else (" ".join(named[:2]),)
