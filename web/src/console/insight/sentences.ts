/** What the models' cards say, in Chinese. The cards are written where the models are fitted, in English: a sentence that stands here no more is shown as it came. */
import { locale } from '@/base/i18n'

const ZH: Record<string, string> = {
  'Records of payments of those who have not objected to statistics; refunds taken off, by pseudonym.':
    '没有反对统计的人的付款记录；已扣除退款，以假名计。',
  'It knows payments through this network alone: cash and other wallets are not in it.': '只知道经过本网络的付款：现金和其他钱包不在其中。',
  'Spending of a month: a mix of last month, lately and longer, with a conformal interval.':
    '一个月的花费：由上月、近几个月和更长时间混合估计，区间用保形预测给出。',
  'By time: fitted on the months before the last one, measured on the last one.': '按时间划分：用最后一个月之前的各月拟合，在最后一个月上检验。',
  'An interval is to hold 80% of months among all, not for each person.': '区间应覆盖全体 80% 的月份，不保证对每个人都如此。',
  'A season is not modelled: in December, large spenders lie above their interval more often.':
    '没有考虑季节：十二月里，花费多的人更常超出区间上限。',
  'BG/NBD (Fader, Hardie, Lee 2005), in days: whether somebody still comes, and how often.':
    'BG/NBD 模型（Fader、Hardie、Lee 2005），按天计：一个人是否还会来，多久来一次。',
  'None on these records; the estimator is checked on CDNOW: `qianbao insight evaluate cdnow`.':
    '没有在这批记录上检验；估计方法在 CDNOW 数据上核对过：`qianbao insight evaluate cdnow`。',
  'It takes purchases as independent: a weekly habit is not modelled.': '把每次购买看作相互独立：没有考虑每周的习惯。',
}

/** A card's sentence as this reader reads it, with its language where that is another than the page's. */
export function sentence(text: string): { text: string; lang?: string } {
  if (locale() === 'en') return { text }
  const found = ZH[text]
  return found ? { text: found } : { text, lang: 'en' }
}
