"""Can this target be tested from here? Each prerequisite on its own, and how to mend the one that fails."""
