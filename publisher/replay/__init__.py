"""Replay: a series of real published counts, turned into a ledger that would have given them."""
