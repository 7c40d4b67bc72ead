"""Creating a subnet, which may end another, and starting it."""
