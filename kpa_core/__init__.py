"""kpa: from a client's request to a share-out everyone can explain."""

__version__ = "0.1.0"
