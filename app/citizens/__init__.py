"""Owns how citizens prove who they are: one-time codes to a phone. Must never tell whether a phone has an account."""
