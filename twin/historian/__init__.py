"""The historian: an append-only store of samples."""
