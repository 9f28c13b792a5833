/** From bytes to rows of cells: encodings, broken quotes. A quote that was never closed swallows no line. */
import { type Cell, text } from './cells'

export interface Row {
  /** From 1, where it begins. */
  line: number
  cells: Cell[]
  written: string
}

const JOINED_MAX = 8

/** Lines of UTF-8 (with a mark or without), UTF-16 or GB18030; of damaged bytes what can be read. */
export function lines(data: Uint8Array): string[] {
  return decoded(data).replace(/^\ufeff/, '').replaceAll('\0', '').replace(/\r\n?/g, '\n').split('\n')
}

function decoded(data: Uint8Array): string {
  if (data[0] === 0xff && data[1] === 0xfe) return new TextDecoder('utf-16le').decode(data)
  if (data[0] === 0xfe && data[1] === 0xff) return new TextDecoder('utf-16be').decode(data)
  for (const encoding of ['utf-8', 'gb18030']) {
    try {
      return new TextDecoder(encoding, { fatal: true }).decode(data)
    } catch {
      continue
    }
  }
  const [a, b] = ['utf-8', 'gb18030'].map((encoding) => new TextDecoder(encoding).decode(data)) as [string, string]
  return lost(a) <= lost(b) ? a : b
}

const lost = (whole: string): number => whole.split('\ufffd').length

/** One line as CSV (RFC 4180) has it; a quote within a cell is a letter. */
export function cells(line: string, delimiter: string): string[] {
  const found: string[] = []
  let at = 0
  for (;;) {
    if (line[at] !== '"') {
      const end = line.indexOf(delimiter, at)
      found.push(line.slice(at, end < 0 ? undefined : end))
      if (end < 0) return found
      at = end + 1
      continue
    }
    let cell = ''
    at += 1
    for (;;) {
      const end = line.indexOf('"', at)
      cell += line.slice(at, end < 0 ? undefined : end)
      if (end < 0) return [...found, cell]
      at = end + 1
      if (line[at] !== '"') break
      cell += '"'
      at += 1
    }
    const end = line.indexOf(delimiter, at)
    found.push(cell + line.slice(at, end < 0 ? undefined : end))
    if (end < 0) return found
    at = end + 1
  }
}

const cut = (line: string, delimiter: string): string[] => line.split(delimiter).map((cell) => cell.replace(/^\s*"(.*)"\s*$/, '$1'))
const fits = (found: string[], width: number): boolean => found.length >= width && found.slice(width).every((cell) => !cell.trim())
const even = (line: string): boolean => line.split('"').length % 2 === 1

/** The rows below line `begin` (from 0), each `width` cells where they can be had. */
export function rows(all: string[], begin: number, delimiter: string, width: number): Row[] {
  const found: Row[] = []
  for (let at = begin; at < all.length; ) {
    const line = all[at] ?? ''
    if (!text(line.replaceAll(delimiter, ''))) {
      at += 1
      continue
    }
    let row = cells(line, delimiter)
    let taken = 1
    if (!fits(row, width) || !even(line)) {
      const joined = even(line) ? null : join(all, at, delimiter, width)
      const literal = cut(line, delimiter)
      if (joined) [row, taken] = joined
      else if (fits(literal, width) || literal.length > row.length) row = literal
    }
    found.push({ line: at + 1, cells: row, written: all.slice(at, at + taken).join('\n') })
    at += taken
  }
  return found
}

function join(all: string[], at: number, delimiter: string, width: number): [string[], number] | null {
  let whole = all[at] ?? ''
  for (let more = 1; more < JOINED_MAX && at + more < all.length; more += 1) {
    const next = all[at + more] ?? ''
    if (even(next) && fits(cells(next, delimiter), width)) return null // a row by itself: the quote was never opened
    whole = `${whole}\n${next}`
    if (even(whole)) {
      const found = cells(whole, delimiter)
      return fits(found, width) ? [found, more + 1] : null
    }
  }
  return null
}
