"""Points over periods: read, thinned, drawn and exported."""
