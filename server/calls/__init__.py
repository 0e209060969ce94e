"""Live calls that carry a case: asked for, rung, joined, and told of afterwards; media never pass the server."""
