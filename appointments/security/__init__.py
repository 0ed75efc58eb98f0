"""Account safety: log-ins and how long they last, the second factor, limits to guessing."""
