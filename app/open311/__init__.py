"""Door: Open311 GeoReport v2, in JSON and XML, with FixMyStreet's updates. It translates; it decides nothing."""
