"""The card agent: the program on the pharmacy's own computer that speaks to the card readers.

It ships alone: of the rest of maskmap it needs only the pure domain, the errors, the log and the
clock.
"""
