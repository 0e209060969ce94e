"""What every slice stands on: settings, database, objects, vault, jobs, audit, access, faults, clock and ids."""
