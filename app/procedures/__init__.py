"""Owns the procedures people may apply for: forms, documents, fees, steps, versions. Knows no service request."""
