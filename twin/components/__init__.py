"""The catalogue of components: one small family per file, found by import; none imports another."""
