"""Wing 1: say in words what each neuron of an audio network responds to, and check it on clips kept apart.

Paper: Audio Network Dissection (AND, ICML 2024, arXiv 2406.16990).
"""
