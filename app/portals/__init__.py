"""Portals of units: how each looks, the key others send to it with, what it tells others, officers' due dates."""
