"""What is known of somebody by those who know them: who rates or pays whom, in the order of time."""
