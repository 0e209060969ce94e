"""Wire Structs and byte layouts shared by the server, kiosks and phones; standard library and msgspec only."""
