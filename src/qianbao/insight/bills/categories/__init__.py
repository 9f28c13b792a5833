"""What a bill was for: the person's correction, else the export's label, else a rule, else a small model."""
