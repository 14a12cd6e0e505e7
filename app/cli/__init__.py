"""Composition root: the commands of `lienthong`. Parses, calls, prints; decides nothing."""
