"""One syntactic parse of what customers wrote, for everything that reads it."""
