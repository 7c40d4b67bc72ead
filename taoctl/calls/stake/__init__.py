"""Staking: what each operation needs, does and costs, worked out before it is sent."""
