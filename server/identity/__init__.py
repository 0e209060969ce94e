"""Who is here: organisations, people and their roles, every way to sign in, and the sessions that follow."""
