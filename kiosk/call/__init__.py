"""The kiosk's end of a call: peer to peer, with keys of its own that the other end can check."""
