"""BACnet/IP both ways: a virtual building that any client can read, and a reader with a deadline on every request."""
