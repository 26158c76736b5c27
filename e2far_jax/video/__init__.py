"""From a video to the people in it: followed, held still, smoothed, written as animations."""
