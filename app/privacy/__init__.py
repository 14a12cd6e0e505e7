"""Owns what is done with people's own data: opening an identity, export, erasure, how long it is kept.

Must never keep or show an identity itself: the vault does, and writes down that it did.
"""
