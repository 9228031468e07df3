"""The whole of retraining: gather what people settled, train, compare, and install what is better."""
