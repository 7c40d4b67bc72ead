"""Keys and the files that hold them."""
