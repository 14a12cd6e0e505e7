"""Owns the door to the audit trail for auditors. Must never write anything but that it was read."""
