"""Journals as files: the one place that opens them."""
