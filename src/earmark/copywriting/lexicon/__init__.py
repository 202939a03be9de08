"""The lexicon's data files: words that judge, what targets are, and words that belong together."""
