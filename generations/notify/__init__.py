"""Telling people and their systems what happened."""
