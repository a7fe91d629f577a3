"""Going on with a webinar on another device without an account: by a code that its holder alone knows."""
