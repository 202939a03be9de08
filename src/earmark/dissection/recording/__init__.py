"""Stream clips through a network once, and choose the clips that speak for and against each neuron."""
