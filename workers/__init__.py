"""Background actors: each runs imaging or delivery, then calls one service with the result."""
