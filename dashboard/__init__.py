"""The face of the twin: theme, figures and the report; the live dashboard stands on the same figures."""
