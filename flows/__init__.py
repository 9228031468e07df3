"""Prefect: what runs, when, on which machines. Thin; the library does the work and does not know Prefect."""
