"""The pallets of on-chain governance, of which a localnet declares those it is told to."""
