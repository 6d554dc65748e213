"""Batches that a worker colours."""
