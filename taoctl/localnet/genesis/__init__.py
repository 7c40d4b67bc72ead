"""What a scenario's chain holds at block 0: drawn from a seed, then written to storage."""
