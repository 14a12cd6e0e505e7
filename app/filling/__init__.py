"""Filling a procedure's form in, as both doors have it: fields, choices, papers, what is wrong. No tables, no rules."""
