"""Which copy is better, by judges that are not the rewards, and what smells of cheating."""
