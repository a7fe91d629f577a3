"""The pictures that stand beside a link to this site elsewhere: drawn by us, once, when something becomes public."""
