"""Measures the project: each module is one command."""
