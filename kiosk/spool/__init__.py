"""The spool: what was confirmed waits here, durable and sealed to the server, until a signed receipt holds it."""
