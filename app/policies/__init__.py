"""The collections policy as a file: read with its lines, written as it is shown, and `./desk policy`."""
