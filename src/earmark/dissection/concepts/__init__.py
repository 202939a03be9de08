"""Which names of a closed list fit what each neuron does: DB, TAB and ICL."""
