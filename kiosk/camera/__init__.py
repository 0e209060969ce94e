"""The camera: one interface over a real one, a recording and a drawn scene, and what is wrong with it in words."""
