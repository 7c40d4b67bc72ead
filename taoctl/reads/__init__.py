"""Chain reads: one module per domain, each returning frozen rows."""
