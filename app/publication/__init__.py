"""Owns what anyone may see: the redacted projection of a case, as stored bytes. Must never hold internal text."""
