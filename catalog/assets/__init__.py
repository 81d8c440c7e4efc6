"""Assets: files that are advertised with, their versions, how they come in and how they are given out."""
