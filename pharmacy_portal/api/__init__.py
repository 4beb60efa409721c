"""JSON for the pages and for vendors of point-of-sale systems: the same actions, `/api/v1`."""
