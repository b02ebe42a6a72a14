"""From the site file to a checked site and its graph."""
