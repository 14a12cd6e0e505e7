"""Floor: engine, Base and naming convention, transactions, column types, embedded server. Knows no room."""
