"""The virtual building: a site or measured trends as BACnet devices."""
