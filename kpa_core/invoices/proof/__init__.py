"""What shows that nothing was changed: chained hashes, heads to anchor, the archive."""
