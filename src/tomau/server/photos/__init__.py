"""Photographs and their coloured versions."""
