"""Drafts: what a person types is kept beside the object, for a month, until it is saved or thrown away."""
