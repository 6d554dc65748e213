"""One request, one picture: for scripts, which keep nothing here."""
