"""This instance's own log: its key, what it publishes, and the head it signs."""
