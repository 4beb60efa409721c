"""Software cards (示範): certificates and records of nobody; never beside real trust."""
