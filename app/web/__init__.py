"""Floor: HTTP plumbing: problems, works, tenancy, cursors, ETags, idempotency. Knows no room of the field."""
