"""The copy of the snapshot folder in an object store: the same bytes under the same names."""
