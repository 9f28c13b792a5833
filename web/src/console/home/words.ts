export const zh = { title: '钱包' }
export const en = { title: 'Qianbao' }
