"""Follow-up: photographs of one site over time, compared by the workers and outlined by people."""
