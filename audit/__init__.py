"""Reading the change log: history, search and display."""
