"""Owns the door to the audit trail for auditors, and to limits for administrators. Must never keep anything itself."""
