"""Forms printed from their templates."""
