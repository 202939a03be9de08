"""What personal data is: one list of kinds, read by the mask of what leaves the machine and by what goes to print."""
