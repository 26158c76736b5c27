"""Errors of single faces and of sets of faces: pure functions from arrays to figures.

Errors are one value a face, so that the caller may average, pair or resample them
(`evaluation.statistics`).
"""
