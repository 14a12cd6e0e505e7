"""Owns working calendars, due dates and their explanation. Must never know what a case is, only instants and days."""
