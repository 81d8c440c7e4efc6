"""The console of an organization: its campaigns, catalog, imports, people, tokens and change log."""
