"""Call arguments that recur, with the type names mainnet shows."""

from taoctl.localnet.types import AccountId32, AlphaBalance, NetUid, TaoBalance, Type, u8

Argument = tuple[str, Type, str]

NETUID: Argument = ("netuid", NetUid, "NetUid")
MECID: Argument = ("mecid", u8, "MechId")
HOTKEY: Argument = ("hotkey", AccountId32, "T::AccountId")


def tao(name: str) -> Argument:
    """An amount of TAO in rao."""
    return (name, TaoBalance, "TaoBalance")


def alpha(name: str) -> Argument:
    """An amount of alpha in rao."""
    return (name, AlphaBalance, "AlphaBalance")
