"""What comes back from mail: that it could not be delivered, or was not wanted. Both are a no."""
