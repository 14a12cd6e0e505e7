"""Floor: clock, ids, problems, geo, signing, text. Pure; imports nothing of ours."""
