"""Weights: set in the open, or committed first and revealed later."""
