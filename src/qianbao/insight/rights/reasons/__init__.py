"""Why a score is as it is, in words: from what it comes, what would change it, and where its records are."""
