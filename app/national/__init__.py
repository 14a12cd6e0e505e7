"""Owns what the national portal is told of service requests.

Must never keep or log who applies, or send in a transaction.
"""
