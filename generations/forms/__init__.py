"""What a person may ask for, checked against the catalogue."""
