"""The people's door: pages to hand in a report, follow it and see public ones. Has no tables and no rules."""
