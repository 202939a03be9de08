"""Who writes, from what, for where: the composer, a language model, a trained policy, and writers to compare with."""
