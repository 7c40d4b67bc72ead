"""The single way to change a chain: plan, sign, send, and find out what became of it."""
