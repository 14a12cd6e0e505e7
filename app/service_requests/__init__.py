"""Owns service requests: applications for a procedure, their steps and results. Never writes another's tables."""
