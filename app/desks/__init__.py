"""Owns what officers lay out for their own work: saved views of the queue, templates of answers; decides no case."""
