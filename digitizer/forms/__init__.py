"""Templates: what a printed form looks like, where it lies on a page, and what its fields may hold."""
