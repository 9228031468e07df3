"""What was read and decided, exactly once; every CSV is a projection of it."""
