"""How the outside is reached: one foreign library a folder."""
