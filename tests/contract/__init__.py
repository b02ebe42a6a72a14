"""Contract tests: what every component and plan must keep."""
