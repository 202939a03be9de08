"""What the embedded defaults start from: sounds made by formula, reviews written for it, and the shipped weights."""
