"""Plumbing shared by the five services: event log, bus, web, identity, probes, metrics."""
