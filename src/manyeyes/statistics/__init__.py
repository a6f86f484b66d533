"""What a number of users can show: intervals, tests, power, agreement, and what follows."""
