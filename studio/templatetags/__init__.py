"""Template tags of the layout; they are built in, so that no template loads them."""
