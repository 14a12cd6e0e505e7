"""Liên Thông: the backend behind a province's citizen app."""
