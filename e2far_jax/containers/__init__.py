"""Files of arrays that others made, read as data: nothing in them is executed or trusted."""
