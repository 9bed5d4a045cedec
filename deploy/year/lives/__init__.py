"""The lives of things: each module has those of one kind, from the first fact to the last."""
