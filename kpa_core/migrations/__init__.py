"""The core's own history."""
