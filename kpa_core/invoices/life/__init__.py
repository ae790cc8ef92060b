"""What happens to a paper that is out: answers, statuses, reminders, money too many."""
