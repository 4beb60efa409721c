"""The register of outlets: read lists strictly, merge them, say what is doubtful."""
