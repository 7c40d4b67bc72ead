"""What the owner of a subnet changes of it."""
