import type { Words } from '@/base/i18n'

export const zh: Words = {
  title: '收款码',
  scan: '扫码付款',
  alt: '{name} 的收款码',
  number: '收款号 {number}',
  numberHint: '顾客也可以在钱包里输入这个号码付款',
  full: '全屏展示',
  leave: '退出全屏',
  a6: 'A6 海报',
  a5: 'A5 海报',
  incoming: '刚刚收到',
  waiting: '等顾客扫码。收到钱会念出来。',
  today: '今天 {n} 笔',
  empty: '这家店还没有收款码。',
  make: '做一个收款码',
}

export const en: Words = {
  title: 'My QR',
  scan: 'Scan to pay',
  alt: 'QR code of {name}',
  number: 'Number {number}',
  numberHint: 'Customers can also pay this number in their wallet',
  full: 'Full screen',
  leave: 'Leave full screen',
  a6: 'A6 poster',
  a5: 'A5 poster',
  incoming: 'Just in',
  waiting: 'Waiting for a scan. Payments are read aloud.',
  today: '{n} sale today | {n} sales today',
  empty: 'This store has no QR code yet.',
  make: 'Make one',
}
