"""The published framework: a corpus, first lessons, and reinforcement learning on three rewards."""
