"""The pallets of governance by referenda, with what they need."""

from taoctl.localnet.pallet import Pallet
from taoctl.localnet.pallets.governance.multi_collective import MultiCollective
from taoctl.localnet.pallets.governance.preimage import Preimage
from taoctl.localnet.pallets.governance.referenda import Referenda, ReferendaAtMainnetPace
from taoctl.localnet.pallets.governance.scheduler import Scheduler
from taoctl.localnet.pallets.governance.signed_voting import SignedVoting

GOVERNANCE_B: tuple[type[Pallet], ...] = (
    Preimage,
    Scheduler,
    MultiCollective,
    SignedVoting,
    Referenda,
)
"""Governance by referenda: 50 blocks to decide, 30 to 60 of review."""

GOVERNANCE_B_MAINNET_PACE: tuple[type[Pallet], ...] = (
    *(pallet for pallet in GOVERNANCE_B if pallet is not Referenda),
    ReferendaAtMainnetPace,
)
"""The same with mainnet's 7 days to decide, and 1 to 2 days of review."""
