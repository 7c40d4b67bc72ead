"""The (hasher, type) pairs that the storage keys of SubtensorModule are made of."""

from taoctl.localnet.frame import Blake2_128Concat, Identity, Twox64Concat
from taoctl.localnet.types import AccountId32, NetUid

NETUID = (Identity, NetUid)
"""Also a UID, or a storage index of a mechanism: all of them are u16."""
NETUID_BLAKE = (Blake2_128Concat, NetUid)
NETUID_TWOX = (Twox64Concat, NetUid)
ACCOUNT = (Blake2_128Concat, AccountId32)
ACCOUNT_PLAIN = (Identity, AccountId32)
ACCOUNT_TWOX = (Twox64Concat, AccountId32)
