"""The change log of the public tables, read by operators."""
