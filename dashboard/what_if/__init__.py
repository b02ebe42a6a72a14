"""Studies that are asked for in the browser: wishes, jobs, results."""
