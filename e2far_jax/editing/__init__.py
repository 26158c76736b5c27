"""Other expressions and other people's shapes for a face that was reconstructed: `e2far edit`."""
