"""Who a person is to us, and the ground that everyone signs in on: links, passkeys, wrong tries, the audit log."""
