"""What neurons say of where they can be reached."""
