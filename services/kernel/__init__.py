"""Shared kernel: pure facts and rules every service agrees on. No I/O, no clock, no framework."""
