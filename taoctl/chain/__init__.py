"""One chain: sockets, metadata, blocks, extrinsics; knows no pallet."""
