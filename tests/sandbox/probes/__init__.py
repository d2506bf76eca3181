"""Probes: each looks at a sandbox from outside and tells whether one defect, or one peculiarity, shows there."""
