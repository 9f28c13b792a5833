"""The payer's code: eighteen digits that a till scans, good for a minute and for one payment."""
