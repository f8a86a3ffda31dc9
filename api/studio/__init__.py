"""The studio: the four services of the try-on on this machine, behind their own contract."""
