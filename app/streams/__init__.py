"""Owns private live streams, of an officer's cases and a reporter's reports; tells nobody what he could not ask for."""
