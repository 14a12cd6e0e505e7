"""Door: pages for citizens. No tables, no rules; what it shows comes from the rooms below."""
