"""Rate limiters: eleven families, one file each in `families`, and what goes round them. README.md tells how it fits
together and how to add the next family.

A family decides, a bucket remembers, a scope says whose bucket it is, a policy is a family with its scope and its way
to tell about itself, and a limiter is one policy or several on top of each other.
"""
