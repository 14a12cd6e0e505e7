"""Owns what changed for each account, in numbered order, for apps that are often offline. Decides about no case."""
