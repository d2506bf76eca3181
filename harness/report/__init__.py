"""Renders a result, once it is final: result.json, junit.xml, summary.md, report.html and the terminal's last lines.

Nothing here measures or decides. What a target answered is data in every format, never markup.
"""
