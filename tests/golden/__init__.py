"""Figures of the shipped sites as they stood when somebody last looked at them."""
