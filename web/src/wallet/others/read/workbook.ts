/** The rows of a workbook (Office Open XML): shared strings, inline strings, numbers; a time is a serial number. */
import { Unreadable } from './bill'
import type { Cell } from './cells'
import type { Row } from './rows'
import shared from './shared.json'

const { bounds } = shared

/** The sheets, in the order of their files. Throws `Unreadable`. */
export function sheets(name: string, parts: Map<string, Uint8Array>): Row[][] {
  const strings = [...xml(name, parts.get('xl/sharedStrings.xml')).getElementsByTagName('si')].map(textOf)
  const files = [...parts.keys()].filter((path) => /^xl\/worksheets\/[^/]+\.xml$/.test(path)).sort()
  return files.map((path) => rowsOf(name, xml(name, parts.get(path)), strings))
}

function xml(name: string, data: Uint8Array | undefined): XMLDocument {
  const found = new DOMParser().parseFromString(data ? new TextDecoder().decode(data) : '<sst/>', 'application/xml')
  if (found.getElementsByTagName('parsererror').length) throw new Unreadable('bills_broken', name)
  return found
}

/** A string may be in pieces; what says how it is spoken (`rPh`) is none of it. */
const textOf = (node: Element): string =>
  [...node.getElementsByTagName('t')].filter((one) => one.parentElement?.tagName !== 'rPh').map((one) => one.textContent ?? '').join('')

function rowsOf(name: string, sheet: XMLDocument, strings: string[]): Row[] {
  const found: Row[] = []
  let line = 0
  let all = 0
  for (const row of sheet.getElementsByTagName('row')) {
    line = Number(row.getAttribute('r') ?? line + 1)
    const cells: Cell[] = []
    for (const cell of row.getElementsByTagName('c')) {
      const place = column(cell.getAttribute('r') ?? '', cells.length)
      if (place >= bounds.columns || line > bounds.rows) throw new Unreadable('bills_too_large', name)
      all += Math.max(place + 1 - cells.length, 0)
      if (all > bounds.cells) throw new Unreadable('bills_too_large', name)
      while (cells.length < place) cells.push('')
      cells[place] = valueOf(cell, strings)
    }
    if (cells.some((cell) => String(cell).trim())) found.push({ line, cells, written: cells.join(',') })
  }
  return found
}

function valueOf(cell: Element, strings: string[]): Cell {
  const value = cell.getElementsByTagName('v')[0]?.textContent ?? ''
  switch (cell.getAttribute('t')) {
    case 's':
      return strings[Number(value)] ?? ''
    case 'inlineStr':
      return textOf(cell)
    case 'str':
    case 'b':
    case 'd':
      return value
    case 'e':
      return ''
    default:
      return value && Number.isFinite(Number(value)) ? Number(value) : value
  }
}

function column(reference: string, next: number): number {
  const letters = /^[A-Z]+/.exec(reference)?.[0]
  return letters ? [...letters].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0) - 1 : next
}
