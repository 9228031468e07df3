"""Pages -> readings: find boxes, cut cells, bring them to MNIST format, classify, decide."""
