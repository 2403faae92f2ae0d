"""The commands, a file for each noun. Nothing slow is imported before a command runs."""
