"""Rounds of pictures: what each endpoint is asked for in each round, and what their pictures look like side by side."""
