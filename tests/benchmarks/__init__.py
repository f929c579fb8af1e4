"""Measurements, each a script that prints a table: `python -m tests.benchmarks.<name>`."""
