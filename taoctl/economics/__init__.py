"""Pure chain maths: no IO, integers only."""
