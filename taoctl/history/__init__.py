"""The local store of samples."""
