"""Surveys: people say how real pictures look, by a link and without an account."""
