"""A template made from a blank form."""
