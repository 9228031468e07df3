"""How good it must be, and how good it is: thresholds from error rates, bounds on errors, what review will cost."""
