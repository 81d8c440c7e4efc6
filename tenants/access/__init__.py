"""Memberships, roles, teams, tokens and the one decision on who may do what."""
