"""Owns the handling of matters: state, responsible unit, answer. Never writes another room's tables directly."""
