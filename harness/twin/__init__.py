"""A target's twin: what was measured of it, for a sandbox to behave like. Pure."""
