"""What both sides use and what holds no data: clock, ids, reserved values, headers, templates, assets."""
