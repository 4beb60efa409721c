"""What the public sends in, in a database of its own that holds no buyer and no stock.

The site writes, a steward moderates. Today: the directory of applications (應用清冊).
"""
