"""`digitizer model`: which networks there are, and which one reads."""
