"""The inventory of emissions, and the road to a later year."""
