"""Products in and out as CSV and JSON lines. `docs/catalog.md` says how the files look."""
