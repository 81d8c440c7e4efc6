"""The bottom of the import graph: tenancy, errors, jobs, recording, HTTP conventions. Knows no app."""
