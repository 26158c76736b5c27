"""Trained networks as programs that run elsewhere: `e2far export`."""
