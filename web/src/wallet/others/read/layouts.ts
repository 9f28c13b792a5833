/** Columns by the names that exports give them, and whose export it is. */
import type { Source } from './bill'
import { type Cell, text } from './cells'
import shared from './shared.json'

export type Role = keyof typeof shared.roles

const ROLE_OF = new Map<string, [Role, number]>(
  (Object.entries(shared.roles) as [Role, string[]][]).flatMap(([role, names]) => names.map((name, rank) => [name, [role, rank]] as [string, [Role, number]])),
)

export interface Header {
  width: number
  roles: Map<Role, number[]>
  names: Set<string>
  /** Names of needed columns that are not there. */
  missing: string[]
}

const named = (cell: Cell): string =>
  text(cell).normalize('NFKC').replace(/\s+/g, '').replace(/^["']+|["']+$/g, '').replace(/\((?:元|¥|人民币|CNY)\)$/, '')

/** The row as a header; null where it names too few columns. */
export function header(row: Cell[]): Header | null {
  const names = row.map(named)
  const ranked = new Map<Role, [number, number][]>()
  names.forEach((name, place) => {
    const found = ROLE_OF.get(name)
    if (found) ranked.set(found[0], [...(ranked.get(found[0]) ?? []), [found[1], place]])
  })
  if (ranked.size < shared.headerRolesMin) return null
  return {
    width: names.length,
    roles: new Map([...ranked].map(([role, places]) => [role, places.sort((a, b) => a[0] - b[0]).map(([, place]) => place)])),
    names: new Set(names.filter(Boolean)),
    missing: Object.entries(shared.needed).filter(([role]) => !ranked.has(role as Role)).map(([, name]) => name),
  }
}

/** The first cell of a role that holds something. */
export function cellOf(found: Header, row: Cell[], role: Role): Cell {
  for (const place of found.roles.get(role) ?? []) {
    const cell = row[place]
    if (cell !== undefined && text(cell)) return cell
  }
  return ''
}

export function sourceOf(found: Header, above: string, file: string): Source {
  const score = new Map<Source, number>()
  for (const [one, names] of Object.entries(shared.telling) as [Source, string[]][]) score.set(one, names.filter((name) => found.names.has(name)).length)
  const add = (one: Source, more: number) => score.set(one, (score.get(one) ?? 0) + more)
  for (const [one, marks] of Object.entries(shared.marks) as [Source, string[]][]) {
    if (marks.some((mark) => above.includes(mark))) add(one, 1.5)
    if (marks.some((mark) => file.includes(mark))) add(one, 0.5)
  }
  if (shared.marks.alipay.some((mark) => above.includes(mark))) add('alipay_web', 1.5)
  return [...score].reduce((best, one) => (one[1] > best[1] ? one : best))[0]
}
