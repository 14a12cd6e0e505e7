"""Directory: areas, map editions, boundaries, tenants, organisational units, jurisdictions. Knows no case."""
