"""A run folder to one HTML page. Knows no torch."""
