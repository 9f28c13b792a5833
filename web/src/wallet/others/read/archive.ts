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

/** What lies in a file: itself, or what a zip holds. Throws `Unreadable`. */
export async function documents(name: string, data: Uint8Array, password = ''): Promise<Document[]> {
  if (data.length > bounds.file) throw new Unreadable('bills_too_large', name)
  if (!isZip(data)) return [{ name, data }]
  const reader = new ZipReader(new Uint8ArrayReader(data), { filenameValidation: 'tolerant' })
  try {
    const entries = measured(name, await reader.getEntries())
    if (entries.some((entry) => entry.filename === 'xl/workbook.xml')) return [{ name, data, parts: await unpacked(name, entries, '') }]
    if (entries.some((entry) => entry.encrypted) && !password) throw new Unreadable('bills_password_missing', name)
    const wanted = entries.filter((entry) => !/(^|\/)(\.|__MACOSX)/.test(entry.filename))
    const parts = await unpacked(name, wanted, password)
    const nested = [...parts].map(([inner, bytes]) => (isZip(bytes) ? documents(`${name}/${inner}`, bytes) : [{ name: `${name}/${inner}`, data: bytes }]))
    return (await Promise.all(nested)).flat()
  } catch (error) {
    if (error instanceof Unreadable) throw error
    const told = error instanceof Error ? error.message : ''
    throw new Unreadable(/password|encrypt|signature/i.test(told) && password ? 'bills_password_wrong' : 'bills_broken', name, told)
  } finally {
    await reader.close()
  }
}

function measured(name: string, entries: Entry[]): FileEntry[] {
  const all = entries.reduce((sum, entry) => sum + entry.uncompressedSize, 0)
  if (entries.length > bounds.entries || all > bounds.unpacked) throw new Unreadable('bills_too_large', name)
  for (const entry of entries) {
    const path = entry.filename.replaceAll('\\', '/').split('/')
    if (path[0] === '' || path.includes('..') || path[0]?.includes(':')) throw new Unreadable('bills_path_unsafe', name, entry.filename)
    const most = Math.min(bounds.file, Math.max(bounds.ratioFree, bounds.ratio * entry.compressedSize))
    if (entry.uncompressedSize > most) throw new Unreadable('bills_too_large', name, entry.filename)
  }
  return entries.filter((entry): entry is FileEntry => !entry.directory)
}

async function unpacked(name: string, entries: FileEntry[], password: string): Promise<Map<string, Uint8Array>> {
  const found = new Map<string, Uint8Array>()
  for (const entry of entries) {
    const bytes = await entry.getData(new Uint8ArrayWriter(), { ...(password ? { password } : {}), checkSignature: true })
    if (bytes.length > entry.uncompressedSize) throw new Unreadable('bills_too_large', name, entry.filename)
    found.set(entry.filename, bytes)
  }
  return found
}
