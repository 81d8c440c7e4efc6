"""Settings of an organization and preferences of its people: declared once, typed, versioned, with defaults.

declaration   what a setting is, and how stored values of any age become valid ones
organization  the organization's settings
preferences   a person's preferences
patterns      texts with placeholders, for names and links
queries, commands
"""
