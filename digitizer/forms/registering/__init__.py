"""Finding a form on a page: which it is, and where it lies."""
