"""A backup: one tar file with the database, the files and a manifest by which each is verified."""
