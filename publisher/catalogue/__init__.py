"""What describes the published data to other people's programs, beside the releases.

``datapackage.json`` for statisticians, ``dcat.jsonld`` for other catalogues, ``dataset.jsonld`` for
search engines, and the schemas; written by ``follower.Catalogue`` after each release, each signed.
"""
