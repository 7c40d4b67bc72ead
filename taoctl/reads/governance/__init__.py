"""Governance of a chain: motions, referenda and calls of the sudo multisig in one view model."""
