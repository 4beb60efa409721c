"""The rows of the one route table, area by area; ``pharmacy_portal.route_table`` joins them."""
