"""Four small jobs of scanned forms with their truth, and the code that draws them."""
