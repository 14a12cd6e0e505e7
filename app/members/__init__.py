"""Owns who lets officers in: members of units, their invitations and dates. Never sees a password."""
