"""Logs kept in the database: stored, served to peers, and brought up to date from them."""
