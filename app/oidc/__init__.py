"""Signing in at a provider of OpenID Connect: where to send somebody, and whom the provider says has come back."""
