"""Records: written here, read from everywhere, taken over as drafts."""
