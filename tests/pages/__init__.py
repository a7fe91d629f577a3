"""Every page of both sides in every state worth a look: told once, then checked as HTML and photographed."""
