"""A kiosk among its fleet: how it becomes one, tells how it is, and does what is wanted of it."""
