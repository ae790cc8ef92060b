"""What is owed and what came in: the one place that adds money up."""
