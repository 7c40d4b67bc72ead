"""The pallets the dev chain declares and runs."""
