"""Who asks: accounts, login, the one local person of single mode."""
