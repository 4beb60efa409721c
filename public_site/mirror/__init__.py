"""The site's own copy of what lies in an object store: a cache that may be deleted at any time."""
