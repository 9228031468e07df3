"""`digitizer retrain`: a network that has learned from what people settled."""
