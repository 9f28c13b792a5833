"""Hot features: those that are kept up to the last payment, of the days that they look back on."""
