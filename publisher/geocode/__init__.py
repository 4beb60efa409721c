"""Find where outlets without coordinates stand: offline first, then services an operator named.

Run by hand (``maskmap outlets geocode``), never in a release: nothing that publishes imports this.
"""
