/** Options that several charts share: quiet axes, figures that are read at a glance. */
import { ink } from './palette'

const axis = () => ({ axisLine: { lineStyle: { color: ink('line') } }, axisTick: { show: false }, axisLabel: { color: ink('ink-2'), hideOverlap: true } })
const scale = (shown: (n: number) => string) => ({
  type: 'value',
  splitNumber: 4,
  axisLabel: { color: ink('ink-2'), formatter: shown },
  splitLine: { lineStyle: { color: ink('line') } },
})
const tip = (shown: (n: number) => string) => ({
  trigger: 'axis',
  confine: true,
  axisPointer: { type: 'shadow', shadowStyle: { color: ink('ink', 0.05) } },
  backgroundColor: ink('card'),
  borderColor: ink('line'),
  textStyle: { color: ink('ink'), fontSize: 13 },
  valueFormatter: shown,
})

export interface Series {
  name: string
  colour: string
  data: number[]
}

/** Bars side by side, upright. */
export const columns = (names: string[], series: Series[], shown: (n: number) => string, whole?: number) => ({
  grid: { left: 4, right: 8, top: series.length > 1 ? 36 : 12, bottom: 4, containLabel: true },
  tooltip: tip(shown),
  legend: series.length > 1 ? { top: 0, left: 0, itemWidth: 10, itemHeight: 10, icon: 'roundRect', textStyle: { color: ink('ink-2') } } : undefined,
  xAxis: { type: 'category', data: names, ...axis(), axisLabel: { color: ink('ink-2'), hideOverlap: true, interval: names.length <= 8 ? 0 : 'auto' } },
  // Shares end at the whole.
  yAxis: { ...scale(shown), ...(whole === undefined ? {} : { max: ({ max }: { max: number }) => Math.min(whole, Math.ceil(max / 1000) * 1000) }) },
  series: series.map((one) => ({
    type: 'bar',
    name: one.name,
    data: one.data,
    color: ink(one.colour),
    barMaxWidth: 28,
    barGap: '15%',
    itemStyle: { borderRadius: [4, 4, 0, 0] },
  })),
})

/** Bars that lie, the first on top: for long names. */
export const bars = (names: string[], data: number[], shown: (n: number) => string) => ({
  grid: { left: 4, right: 64, top: 4, bottom: 4, containLabel: true },
  tooltip: tip(shown),
  xAxis: { ...scale(shown), show: false },
  yAxis: { type: 'category', inverse: true, data: names, ...axis(), axisLine: { show: false } },
  series: [
    {
      type: 'bar',
      data,
      color: ink('accent'),
      barMaxWidth: 18,
      itemStyle: { borderRadius: [0, 4, 4, 0] },
      label: { show: true, position: 'right', color: ink('ink-2'), formatter: ({ value }: { value: number }) => shown(value) },
    },
  ],
})
