"""Photographs on their way to an organisation's own archive: one intent for each archive, with its attempts."""
