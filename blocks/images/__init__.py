"""The image pipeline's outside: its config.json, the image endpoints, and the gallery of what they made."""
