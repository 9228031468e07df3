"""What a run tells its user: how well it read."""
