"""The past, asked for and added to by hand: ``maskmap history``."""
