"""What devices are and hold, and which of it is which signal of a site."""
