"""Between the network and the handlers: ready answers, limits, what hostile clients meet."""
