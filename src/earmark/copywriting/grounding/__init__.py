"""Tie every sentence to the review words that carry it, whoever wrote it; keep back what must not go out."""
