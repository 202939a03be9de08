"""Silence a concept, by masks that leave no trace or by weights that stay forgotten, and count what else was lost.

Paper: AND (arXiv 2406.16990), audio machine unlearning by concept-specific pruning.
"""
