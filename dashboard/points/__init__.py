"""The inventory of points, and lending them."""
