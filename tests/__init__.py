"""Tests of the campus twin."""
