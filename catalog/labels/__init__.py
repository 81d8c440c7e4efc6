"""Labels: one set for campaigns, products and assets."""
