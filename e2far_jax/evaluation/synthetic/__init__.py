"""The synthetic benchmark: rendered pictures of unseen people, graded, and what to compare with."""
