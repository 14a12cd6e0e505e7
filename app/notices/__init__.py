"""Owns notices: who is told what by e-mail, SMS and push. Must never send inside a transaction or twice for a fact."""
