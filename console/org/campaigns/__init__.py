"""The pages of campaigns: their lists, and each with its parts."""
