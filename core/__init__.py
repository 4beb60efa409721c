"""The library of maskmap: rules, actions and the ledger.

`domain` decides and does no I/O; `ports` says what the actions need from outside; `actions` opens
one transaction each; `storage` keeps the ledger. The three programs stand on this package, and it
imports none of them.
"""
