"""Activities, offers, customers, orders, tasks, contributions: from a request to work that is done."""
