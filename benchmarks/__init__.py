"""Measurements: each compares two ways of doing the same in one run and prints the ratio, with its spread."""
