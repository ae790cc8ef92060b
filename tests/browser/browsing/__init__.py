"""A real browser for the story, and what is measured on each page."""
