/** Days that are over as a grey line, days to come as a line within its band. */
import type { StoreDemandView } from '@/api/schema'
import { ink } from '@/console/charts/palette'

export interface Names {
  came: string
  middle: string
  low: string
  high: string
}

/** What is said of a day when one points at it. */
function said(store: StoreDemandView, names: Names, label: (day: string) => string, at: number): string {
  const over = store.lately[at]
  if (over) return `${label(over.day)} · ${names.came} ${over.customers}`
  const day = store.days[at - store.lately.length]
  return day ? `${label(day.day)} · ${names.middle} ${day.middle} (${day.low}–${day.high})` : ''
}

/** What is drawn; `label` writes a day short. */
export function expected(store: StoreDemandView, names: Names, label: (day: string) => string) {
  const days = [...store.lately.map((one) => one.day), ...store.days.map((one) => one.day)]
  const before = store.lately.map(() => null)
  const after = store.days.map(() => null)
  const line = { type: 'line', symbol: 'none', smooth: false }
  return {
    grid: { left: 4, right: 12, top: 12, bottom: 4, containLabel: true },
    tooltip: {
      trigger: 'axis',
      confine: true,
      backgroundColor: ink('card'),
      borderColor: ink('line'),
      textStyle: { color: ink('ink'), fontSize: 13 },
      formatter: ([first]: { dataIndex: number }[]) => said(store, names, label, first?.dataIndex ?? 0),
    },
    xAxis: {
      type: 'category',
      data: days.map(label),
      boundaryGap: false,
      axisLine: { lineStyle: { color: ink('line') } },
      axisTick: { show: false },
      axisLabel: { color: ink('ink-2'), hideOverlap: true },
    },
    yAxis: { type: 'value', min: 0, splitNumber: 4, axisLabel: { color: ink('ink-2') }, splitLine: { lineStyle: { color: ink('line') } } },
    series: [
      { ...line, name: names.came, data: [...store.lately.map((one) => one.customers), ...after], lineStyle: { color: ink('ink-2'), width: 2 }, itemStyle: { color: ink('ink-2') } },
      { ...line, name: names.low, stack: 'band', data: [...before, ...store.days.map((one) => one.low)], lineStyle: { opacity: 0 }, itemStyle: { color: ink('accent', 0.3) } },
      {
        ...line,
        name: names.high,
        stack: 'band',
        data: [...before, ...store.days.map((one) => one.high - one.low)],
        lineStyle: { opacity: 0 },
        itemStyle: { color: ink('accent', 0.3) },
        areaStyle: { color: ink('accent', 0.18) },
      },
      { ...line, name: names.middle, data: [...before, ...store.days.map((one) => one.middle)], lineStyle: { color: ink('accent'), width: 3 }, itemStyle: { color: ink('accent') } },
    ],
  }
}
