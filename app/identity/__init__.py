"""Owns who acts: accounts, credentials, sessions, roles, reporters' identities. Must never know what a case is."""
