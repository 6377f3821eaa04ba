"""What every room stands on: settings, database, clock, keys, markup, paging. Imports no room."""
