export const zh = {
  title: '付款码',
  bar: '付款条形码',
  qr: '付款二维码',
  left: '{n} 秒后更新',
  renews: '每分钟自动更新',
  showDigits: '看数字',
  once: '付款码只能用一次，请不要发给别人。',
  from: '付款钱包',
  change: '换一个',
  frozen: '这个钱包已冻结，不能付款。',
  charge: { title: '确认付款', pay: '付给{name}', no: '不付' },
}

export const en = {
  title: 'Pay code',
  bar: 'Payment bar code',
  qr: 'Payment QR code',
  left: 'New in {n} s',
  renews: 'Renews itself every minute',
  showDigits: 'Show digits',
  once: 'Each code works once. Never send it to anyone.',
  from: 'Pay from',
  change: 'Change',
  frozen: 'This wallet is frozen and can’t pay.',
  charge: { title: 'Confirm payment', pay: 'Pay {name}', no: 'Don’t pay' },
}
