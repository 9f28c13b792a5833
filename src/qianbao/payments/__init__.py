"""Payments: trades from prepay to refund, payers' codes and merchants' QR codes, fees.

Sub-rooms by state machine: `trade/` (prepay, pay, confirm, close, reverse, expire), `refund/`, `code/`
(the payer's one-time code, the merchant's printed codes), `fees/`. `books.py` compares trades with the
ledger and the outbox.
"""
