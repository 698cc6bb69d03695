"""The notices' texts as a file: read and linted with its lines, and `./desk notices`."""
