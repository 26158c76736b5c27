"""A local page that makes faces of pictures: `e2far serve`."""
