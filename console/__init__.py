"""The server-rendered console: no business rule, no ORM write."""
