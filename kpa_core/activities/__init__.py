"""From a request to work that is done: activities, offers, customers, orders, tasks, time."""
