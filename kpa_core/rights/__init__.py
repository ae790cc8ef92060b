"""Who may do what: one table of capabilities, and the reach it gives an actor."""
