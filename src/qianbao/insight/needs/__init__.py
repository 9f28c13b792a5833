"""What somebody is likely to need next: in which kinds they pay within 30 days, and which products suit."""
