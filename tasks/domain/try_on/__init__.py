"""Try-on: jewelry from a photograph, put on a person, and how faithfully that was done."""
