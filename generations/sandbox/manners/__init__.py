"""The manners of painting. Each is a function from a canvas and a mood to a painting; ``album`` knows them by name."""
