"""The synthetic nation of the demonstration: outlets, and a thinned day of sales."""
