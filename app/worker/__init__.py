"""Composition root of the worker: numbers messages, hands them to consumers, sweeps deadlines. Any number may run."""
