"""A paper gets its number, its sealed text and its files, in one transaction."""
