"""The socket of a call's end: who may hold one, and what is said over it."""
