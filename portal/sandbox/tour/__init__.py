"""The tour: five steps through a drive for whoever opens their first one."""
