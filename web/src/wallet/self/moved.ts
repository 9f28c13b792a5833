/** Events after which money of mine stands elsewhere, or may not move. */
export const MOVED = [
  'trade.paid',
  'trade.refunded',
  'trade.reversed',
  'topup.done',
  'topup.failed',
  'withdrawal.done',
  'withdrawal.failed',
  'personal_payment.sent',
  'personal_payment.returned',
  'red_packet.funded',
  'red_packet.grabbed',
  'red_packet.expired',
  'collection.paid',
  'account.frozen',
  'account.unfrozen',
] as const
