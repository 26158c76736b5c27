"""What faces wear: hair and hats, glasses, clothes; each one piece of fixed topology."""
