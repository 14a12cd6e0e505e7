"""Floor: requests to systems of others: where they may go, how they are signed, whom one that hangs keeps waiting."""
