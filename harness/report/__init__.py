"""Renders a result, once it is final: result.json, junit.xml, gate.sarif, summary.md, report.html, the terminal's last
lines and a code host's annotations.

Nothing here measures or decides. What a target answered is data in every format, never markup.
"""
