"""The pages, rendered on the server; each works without scripts."""
