"""Rigid and similarity registration of scans and predicted surfaces, in float64."""
