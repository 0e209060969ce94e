"""The desks: the pages of patients, specialists, coordinators, administrators and auditors over the services."""
