"""GPU samples and their sources."""
