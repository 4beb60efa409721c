"""What users do. Each action asks the domain, and commits entries and audit row together."""
