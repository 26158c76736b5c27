"""What can be written of a face: files a kind, `kinds.py` lists them."""
