"""The desks: the pages of specialists, patients, coordinators, administrators and auditors over the slices' services."""
