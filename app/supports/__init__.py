"""Owns who says "I meet this too" of a public case, and by which rules that makes it more urgent. Shows nobody who."""
