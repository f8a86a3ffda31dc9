"""The try-on, measured."""
