"""Child processes: started with a lifeline, watched, and ended for certain."""
