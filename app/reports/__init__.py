"""Owns what citizens handed in, as they wrote it. Never changes how a case is handled but through the cases room."""
