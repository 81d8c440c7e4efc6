"""HTTP conventions that every door shares: problem documents, strict input, ETags, cursors, the reference page."""
