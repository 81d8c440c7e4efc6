"""The catalogs themselves: made, described, archived."""
