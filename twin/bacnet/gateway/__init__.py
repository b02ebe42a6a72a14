"""The gateway: reading, watching and writing the devices of a real building."""
