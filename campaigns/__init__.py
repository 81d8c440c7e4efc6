"""Campaigns: their life, their content and the import of the legacy builder."""
