"""Cases: what was submitted, part by part, how far it is, who reviews it until when, and what was asked and said."""
