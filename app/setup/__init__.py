"""`./desk setup`: an administrator is walked through the chats, a ticketing system and the first admin, each step tried for real."""
