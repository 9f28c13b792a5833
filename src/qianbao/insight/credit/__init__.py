"""Who will pay, who needs what: a scorecard and its challenger on any table of people with a yes or no."""
