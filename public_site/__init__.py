"""The public site: pages, API and downloads, all from one verified snapshot at a time.

It never opens the ledger: what it knows it has read from a signed snapshot, so no person can ever
appear here, and it keeps answering while the portal and the publisher are down.
"""
