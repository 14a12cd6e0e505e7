"""Other Open311 servers that handle cases for a unit: what they are handed, and what they say about it."""
