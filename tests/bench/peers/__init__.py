"""Other projects' programs for the same task, each run in an environment of its own."""
