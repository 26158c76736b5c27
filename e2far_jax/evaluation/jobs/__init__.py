"""Evaluations of whole data sets: pictures or predictions in, a report out, resumable."""
