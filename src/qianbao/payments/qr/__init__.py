"""What a QR code says: merchants' codes as EMVCo payloads, and whose code a foreign one is."""
