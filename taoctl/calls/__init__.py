"""Chain writes: one module per domain, each an intent that becomes a call."""
