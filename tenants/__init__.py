"""Organizations, domains, plans, people and operators: the public directory of the platform."""
