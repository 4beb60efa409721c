"""Pure rules of the rationing programmes: no I/O, no clock, no framework."""
