"""Pictures to look at: labelled sheets of random scenes, of turned faces, of expressions."""
