"""Owns how many of each thing may be asked for, by whom and from where, and who may not. Must never keep an address."""
