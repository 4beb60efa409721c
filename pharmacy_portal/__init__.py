"""The pharmacy portal: where pharmacists record goods received and goods sold.

Pages and JSON over the same actions of `core`. Every route names the permission it needs; a card's
certificate is the only way in.
"""
