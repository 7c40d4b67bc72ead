"""Whose a hotkey is: swapping one for another, and making a new one one's own."""
