"""Who a person is to us: a name, an address that could reach them, and the key of their own."""
