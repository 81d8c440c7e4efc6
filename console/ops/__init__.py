"""The operators' console: tenants, onboarding, jobs, the platform audit, operators, outgoing mail, Studio."""
