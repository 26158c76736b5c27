"""Published protocols: from a predicted face and a scan to distances in millimetres."""
