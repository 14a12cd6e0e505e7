"""Owns the audit trail: who did, or was refused, what, chained so that changes show. Never what people wrote."""
