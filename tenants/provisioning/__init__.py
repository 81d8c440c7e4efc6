"""Making, checking and removing an organization's schema."""
