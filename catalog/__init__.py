"""Products: what campaigns sell."""
