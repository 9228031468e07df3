"""Pictures of forms with their fields."""
