"""What people do with their own account. The public phase: one account serves many organizations."""
