"""A reconstructed face: what is known of it, its shapes and landmarks, its record as a file."""
