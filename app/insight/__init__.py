"""Owns figures: what is counted over many service requests, and what is aimed at. Must never change what it counts."""
