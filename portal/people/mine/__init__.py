"""What somebody who is signed in sees of themselves: what they agreed to and watched, where they are signed in."""
