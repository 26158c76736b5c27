"""`e2far model`: one file a command."""
