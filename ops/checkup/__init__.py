"""What `make doctor` looks at: one module per subject, each check a function that returns findings."""
