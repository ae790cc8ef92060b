"""What ``kpa new`` and ``kpa plugin new`` write."""
