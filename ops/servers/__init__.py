"""Real PostgreSQL and Valkey from the installed wheels, in the project's own folder, on private sockets."""
