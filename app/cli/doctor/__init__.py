"""What is wrong with an installation, and how to mend it: looks at everything, changes nothing."""

from __future__ import annotations

from .database import examine_database
from .findings import Finding, Health
from .installation import examine_installation
from .machine import examine_machine

__all__ = ["Finding", "Health", "examine_database", "examine_installation", "examine_machine"]
