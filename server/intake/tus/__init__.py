"""tus 1.0.0 over HTTP: headers, the middleware of its answers, and the handlers of `/api/uploads`."""
