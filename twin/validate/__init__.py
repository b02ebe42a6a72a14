"""Exams of the field: the twin beside the reference programs."""
