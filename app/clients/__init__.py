"""Owns what other systems may ask for and who lets them in. Must never show them people's words or identities."""
