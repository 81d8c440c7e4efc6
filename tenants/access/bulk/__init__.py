"""Many rows in one call, each with its own answer, and the way back. `docs/api.md` tells how to use it."""
