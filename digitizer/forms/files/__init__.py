"""Template files: read, checked, and described by a schema."""
