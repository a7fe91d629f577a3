"""Out to the real CRM, one way: consents by signed webhooks and as CSV, of people and in fields that agreed to it."""
