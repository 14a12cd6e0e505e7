"""Owns the history of cases: append-only entries with an audience. Nothing here is ever changed or removed."""
