"""One module a subject; each has ROWS."""
