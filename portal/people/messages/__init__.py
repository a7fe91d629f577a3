"""What we write to people: a closed list of service messages, an outbox that loses and doubles nothing, channels."""
