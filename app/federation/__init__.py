"""Federation: installations of ours that entrust cases to one another."""
