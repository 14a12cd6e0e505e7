"""Bad days, each tried for real: see __main__.py."""
