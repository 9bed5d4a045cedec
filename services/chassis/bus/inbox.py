"""Exactly once, in order per case: what of a batch may take effect now, and what must wait."""
