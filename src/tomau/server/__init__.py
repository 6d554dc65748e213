"""The Django project: REST API, jobs, survey; it serves the built page."""
