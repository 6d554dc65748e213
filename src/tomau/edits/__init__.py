"""What a person adds to a picture: colour hints, scribbles, references."""
