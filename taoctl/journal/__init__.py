"""The record of every transaction that was sent, or was about to be: what became of each."""
