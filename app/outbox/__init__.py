"""Floor: durable messages. Owns append, relay and consumers; must never know what a case is, only envelopes."""
