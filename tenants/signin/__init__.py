"""Coming in: from the sign-in host to a session on an organization's or the operators' host."""
