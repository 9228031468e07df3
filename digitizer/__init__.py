"""Batch reading of handwritten digits on scanned forms."""
