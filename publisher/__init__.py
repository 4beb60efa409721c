"""The publisher: turns the ledger into numbered, signed open-data snapshots.

It collects what changed since the last release, joins it with the register of outlets, passes it
through the quality gate, writes every format and the manifest, and switches to the new release by
one rename. It reads entries and never writes one, but for `publisher.replay`.
"""
