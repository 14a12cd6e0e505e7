"""Owns who is responsible for a matter at a place, and why: rulebooks and decisions. Knows no case and no report."""
