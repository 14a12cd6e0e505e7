"""Owns papers on service requests, kept as the facts they state.

Must never decide when one is issued, nor who may read it.
"""
