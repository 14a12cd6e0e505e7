"""Owns files people send: uploads that resume, what is kept of them. Never shows one nobody has looked at."""
