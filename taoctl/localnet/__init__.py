"""An embedded dev chain that speaks Substrate JSON-RPC."""
