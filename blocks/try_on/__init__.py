"""The four services of the try-on: Image Manipulator, BiRefNet, SAM3 and the A100 server."""
