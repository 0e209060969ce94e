"""Reports: the specialist's answer, drafted as typed, signed with a second factor, versioned, released and printed."""
