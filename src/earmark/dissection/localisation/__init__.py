"""Where in a clip a neuron is excited, and how it answers to generated sounds in which one property moves."""
