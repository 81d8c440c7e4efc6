"""One module per way of running: dev, test, prod. Each starts from base."""
