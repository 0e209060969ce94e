"""What receiving a body takes: the room for it in memory, its pieces, and the digests that run along."""
