"""The officers' door: pages for the queue, the case and its verbs. Has no tables and no rules."""
