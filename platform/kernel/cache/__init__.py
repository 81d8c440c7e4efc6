"""What is remembered outside PostgreSQL: exact records under stamps, and Django's cache with a fallback."""
