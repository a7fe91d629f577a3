"""The sandbox side: invented leads in private test drives. It knows no person, and has no way to send anything."""
