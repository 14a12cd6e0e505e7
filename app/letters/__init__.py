"""Owns letters to reporters, kept as they were sent. Must never decide when one is written, nor who may read it."""
