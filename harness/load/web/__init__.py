"""What we add to Locust's web UI: a tab with live charts, our parameters in its form, and the report.

tab (what is served, and to whom) · form (from the fields to the next start's plan) · report (written after each stop) ·
page (the tab itself: plain HTML, CSS, script and SVG, nothing from elsewhere)
"""
