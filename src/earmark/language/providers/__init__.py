"""What can answer a prompt or embed a text: one heavy backend a file, loaded late."""
