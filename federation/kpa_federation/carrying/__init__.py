"""Everything in one file, for a USB key: written here, verified and taken in elsewhere."""
