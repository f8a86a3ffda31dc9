"""Concept pictures: styles, the words that are sent to image models, and what is drawn without one."""
