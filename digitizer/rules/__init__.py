"""What fields may hold, and the best value that obeys it."""
