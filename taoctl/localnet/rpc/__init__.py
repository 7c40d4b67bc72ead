"""JSON-RPC methods, one module per namespace."""
