"""The whole installation in one file: made, listed, and the hash by which its books are known again."""
