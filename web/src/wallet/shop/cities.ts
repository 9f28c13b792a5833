/** The tier of well-known cities as retail counts them; for another one the owner says it. */
export const TIERS = ['1', 'new1', '2', '3', '4', '5'] as const
export type Tier = (typeof TIERS)[number]

const KNOWN: Partial<Record<Tier, string>> = {
  '1': '上海 北京 广州 深圳',
  new1: '成都 杭州 重庆 武汉 苏州 西安 南京 长沙 天津 郑州 东莞 青岛 宁波 合肥',
  '2': '昆明 无锡 厦门 济南 福州 大连 哈尔滨 长春 沈阳 南宁 贵阳 南昌 太原 石家庄 佛山 常州 温州 泉州 珠海',
}

const table = new Map<string, Tier>(
  Object.entries(KNOWN).flatMap(([tier, names]) => names.split(' ').map((name): [string, Tier] => [name, tier as Tier])),
)

export const cities = [...table.keys()]
export const tierOf = (city: string): Tier | undefined => table.get(city.trim().replace(/市$/, ''))
