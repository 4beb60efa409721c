"""History: every number ever published, as changes by day, and the roll-ups of the days."""
