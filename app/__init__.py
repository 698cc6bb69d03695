"""The composition root: settings, wiring, web, worker, scheduler, command line. It imports everything; nothing imports it."""
