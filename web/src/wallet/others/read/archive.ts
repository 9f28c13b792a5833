/** Files, workbooks and locked zips, in this browser alone. Measured before anything is unpacked. */
import { configure, type Entry, type FileEntry, Uint8ArrayReader, Uint8ArrayWriter, ZipReader } from '@zip.js/zip.js/lib/zip-core-native.js'
import { Unreadable } from './bill'
import shared from './shared.json'

// The browser's own inflating; and no worker made from a string, which the pages' policy does not let.
configure({ useWebWorkers: false })
const { bounds } = shared

export interface Document {
  name: string
  data: Uint8Array
  /** The parts of a workbook. */
  parts?: Map<string, Uint8Array>
}

const isZip = (data: Uint8Array): boolean => data[0] === 0x50 && data[1] === 0x4b && (data[2] === 3 || data[2] === 5)

/** Refuse a file by its size, before it is read. Throws `Unreadable`. */
export function weighed(name: string, size: number): void {
  if (size > bounds.file) throw new Unreadable('bills_too_large', name)
}

/** What lies in a file: itself, or what a zip holds. A zip within a zip is opened only as a workbook. Throws `Unreadable`. */
export async function documents(name: string, data: Uint8Array, password = ''): Promise<Document[]> {
  weighed(name, data.length)
  if (!isZip(data)) return [{ name, data }]
  const left = { bytes: bounds.unpacked }
  return await opened(name, data, left, async (entries) => {
    if (isWorkbook(entries)) return [{ name, data, parts: await unpacked(name, entries.filter(ofSheets), '', left) }]
    if (entries.some((entry) => entry.encrypted) && !password) throw new Unreadable('bills_password_missing', name)
    const found: Document[] = []
    for (const [inner, bytes] of await unpacked(name, entries.filter(isWanted), password, left)) found.push(await within(`${name}/${inner}`, bytes, left))
    return found
  }, password)
}

const isWorkbook = (entries: Entry[]): boolean => entries.some((entry) => entry.filename === 'xl/workbook.xml')
const ofSheets = (entry: Entry): boolean => entry.filename === 'xl/sharedStrings.xml' || entry.filename.startsWith('xl/worksheets/')
const isWanted = (entry: Entry): boolean => !/(^|\/)(\.|__MACOSX)/.test(entry.filename)

async function within(name: string, data: Uint8Array, left: Left): Promise<Document> {
  if (!isZip(data)) return { name, data }
  try {
    const parts = await opened(name, data, left, async (entries) => (isWorkbook(entries) ? await unpacked(name, entries.filter(ofSheets), '', left) : undefined))
    return { name, data, ...(parts ? { parts } : {}) }
  } catch (error) {
    if (error instanceof Unreadable && error.code === 'bills_broken') return { name, data } // no zip after all: no bill either
    throw error
  }
}

/** What may still be unpacked of the file that was chosen, all its archives together. */
interface Left {
  bytes: number
}

async function opened<T>(name: string, data: Uint8Array, left: Left, use: (entries: FileEntry[]) => Promise<T>, password = ''): Promise<T> {
  const reader = new ZipReader(new Uint8ArrayReader(data), { filenameValidation: 'tolerant' })
  try {
    return await use(measured(name, await reader.getEntries(), left))
  } catch (error) {
    if (error instanceof Unreadable) throw error
    const told = error instanceof Error ? error.message : ''
    throw new Unreadable(/password|encrypt|signature/i.test(told) && password ? 'bills_password_wrong' : 'bills_broken', name, told)
  } finally {
    await reader.close()
  }
}

function measured(name: string, entries: Entry[], left: Left): FileEntry[] {
  const all = entries.reduce((sum, entry) => sum + entry.uncompressedSize, 0)
  if (entries.length > bounds.entries || all > left.bytes) throw new Unreadable('bills_too_large', name)
  for (const entry of entries) {
    const path = entry.filename.replaceAll('\\', '/').split('/')
    if (path[0] === '' || path.includes('..') || path[0]?.includes(':')) throw new Unreadable('bills_path_unsafe', name, entry.filename)
    const most = Math.min(bounds.file, Math.max(bounds.ratioFree, bounds.ratio * entry.compressedSize))
    if (entry.uncompressedSize > most) throw new Unreadable('bills_too_large', name, entry.filename)
  }
  return entries.filter((entry): entry is FileEntry => !entry.directory)
}

async function unpacked(name: string, entries: FileEntry[], password: string, left: Left): Promise<Map<string, Uint8Array>> {
  const found = new Map<string, Uint8Array>()
  for (const entry of entries) {
    const bytes = await entry.getData(new Uint8ArrayWriter(), { ...(password ? { password } : {}), checkSignature: true })
    left.bytes -= bytes.length
    if (bytes.length > entry.uncompressedSize || left.bytes < 0) throw new Unreadable('bills_too_large', name, entry.filename)
    found.set(entry.filename, bytes)
  }
  return found
}
