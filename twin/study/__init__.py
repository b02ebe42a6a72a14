"""Studies: runs, scenarios, uncertainty, economics and carbon."""
