"""Scenes: what a picture shows, as words and figures; read from models' answers, measured, and put into prompts."""
