"""Put into words what a neuron's strong clips share and its weak ones do not."""
