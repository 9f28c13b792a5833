"""Group collections (AA): who asks whom for what, and who has paid."""
