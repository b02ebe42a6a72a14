"""Shipped sites, one folder each."""
