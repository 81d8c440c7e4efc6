"""The top of the import graph: settings, URLs, the API root and the process entry points."""
