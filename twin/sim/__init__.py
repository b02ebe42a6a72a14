"""From components to results: plan, compile, simulate, record."""
