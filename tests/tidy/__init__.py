"""The house's own lints (after TigerBeetle's tidy.zig): a mistake made twice becomes a test here."""
