"""Models of single neurons, from the squid axon to the threshold unit."""
