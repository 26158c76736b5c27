"""What was measured, as a report for people (.md, .html, .png) and for programs (.json)."""
