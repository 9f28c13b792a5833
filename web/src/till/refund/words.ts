import type { Words } from '@/base/i18n'

export const zh: Words = {
  title: '退款',
  of: '{time} 收的 {amount}',
  left: '还可以退 {amount}',
  amount: '退多少',
  supervisor: '主管账号',
  pin: '主管 PIN',
  pinHint: '请主管输入 PIN，输满 6 位即退款',
  go: '退款 {amount}',
  sending: '正在退款',
  asking: '结果还不知道，正在查询。不会重复退款。',
  done: '已退 {amount}',
  approval_refused: '主管账号或 PIN 不对，没有退款。',
  approval_needed: '需要主管同意，没有退款。',
  pin_locked: '主管 PIN 错误次数过多，已暂时锁定，没有退款。',
  too_many_tries: '尝试次数过多，请稍后再试。没有退款。',
}

export const en: Words = {
  title: 'Refund',
  of: '{amount} paid {time}',
  left: '{amount} can be given back',
  amount: 'How much',
  supervisor: 'Supervisor’s login',
  pin: 'Supervisor’s PIN',
  pinHint: 'The supervisor enters their PIN; the sixth digit refunds',
  go: 'Refund {amount}',
  sending: 'Refunding',
  asking: 'The outcome is not known yet; asking. Nothing is refunded twice.',
  done: '{amount} given back',
  approval_refused: 'Not refunded: no supervisor here has that login and PIN.',
  approval_needed: 'Not refunded: a supervisor must agree.',
  pin_locked: 'Not refunded: too many wrong PINs, it is locked for a while.',
  too_many_tries: 'Not refunded: too many tries. Try again later.',
}
