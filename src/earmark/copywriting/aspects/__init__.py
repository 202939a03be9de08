"""The sides of a product that buyers ask about, each with its questions: ready sets, a user's own, or discovered."""
