"""Stands in for what a machine lacks at a demonstration, and says so: devices without a radio, a drawn face."""
