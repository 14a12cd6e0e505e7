"""Owns what a report can be about: categories, questions, targets, publication. Knows no report and no case."""
