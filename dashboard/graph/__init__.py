"""A site's graph and its components: where they stand, what they are made of, and how they are."""
