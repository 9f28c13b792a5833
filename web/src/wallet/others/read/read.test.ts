// @vitest-environment jsdom
/** The page's reader against the command line's own fixtures. */
import { Uint8ArrayReader, Uint8ArrayWriter, ZipWriter } from '@zip.js/zip.js'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { spent, type Statement, Unreadable } from './bill'
import { amount, type Cell, direction, moment, number } from './cells'
import { merchantOf } from './meaning'
import { picture, read } from './read'
import shared from './shared.json'
import { agrees, statementOfText } from './statement'

const table = (name: string) => JSON.parse(readFileSync(`${import.meta.dirname}/../../../../../tests/insight/bills/${name}.json`, 'utf-8'))
const cells = table('cells') as Record<'amounts' | 'times' | 'numbers' | 'directions' | 'merchants', [Cell, unknown, unknown][]> & Record<'noAmounts' | 'noTimes' | 'negative', Cell[]>
const { together, ...lives } = table('lives') as { together: { files: string[]; rows: number; doubles: number; spent: number; income: number; categories: Record<string, number> } } & Record<
  string,
  { columns: string[]; rows: string[][]; flows: string }
>
const of = (layout: string) => lives[layout] ?? { columns: [], rows: [], flows: '' }
const bytes = (whole: string): Uint8Array => new TextEncoder().encode(whole)
const csv = (layout: string, above: string[] = []): string => [...above, ...[of(layout).columns, ...of(layout).rows].map((row) => row.join(','))].join('\r\n')
const nobody = async () => ''

async function zip(files: Record<string, Uint8Array>, lock: object = {}): Promise<Uint8Array> {
  const writer = new ZipWriter(new Uint8ArrayWriter(), lock)
  for (const [name, data] of Object.entries(files)) await writer.add(name, new Uint8ArrayReader(data))
  return await writer.close()
}

const seen = (one: Statement) => one.bills.map((bill) => [bill.at, bill.amount, bill.flow, bill.merchant])
const code = async (work: Promise<unknown>) => await work.then(() => 'read', (error: unknown) => (error instanceof Unreadable ? error.code : String(error)))

describe('a cell', () => {
  it('is an amount as it is written', () => {
    for (const [cell, units, refunded] of cells.amounts) expect([cell, amount(cell)]).toEqual([cell, { units, refunded, negative: false }])
    for (const cell of cells.noAmounts) expect([cell, amount(cell)]).toEqual([cell, null])
    for (const cell of cells.negative) expect(amount(cell)).toEqual({ units: 2816, refunded: 0, negative: true })
  })
  it('is a time as it is written', () => {
    for (const [cell, at] of cells.times) expect([cell, moment(cell)]).toEqual([cell, Date.parse(`${String(at).replace(' ', 'T')}Z`) / 1000])
    for (const cell of cells.noTimes) expect([cell, moment(cell)]).toEqual([cell, null])
  })
  it('is a number, a direction, a merchant', () => {
    for (const [cell, found] of cells.numbers) expect([cell, number(cell)]).toEqual([cell, found])
    for (const [cell, found] of cells.directions) expect([cell, direction(cell)]).toEqual([cell, found])
    for (const [cell, found] of cells.merchants) expect([cell, merchantOf(String(cell))]).toEqual([cell, found])
  })
})

describe('an export', () => {
  it.each(Object.keys(lives))('of %s is known, and each row means what its wallet says', (layout) => {
    const found = statementOfText('x.csv', bytes(`\ufeff${csv(layout)}\r\n`))
    expect([found.source, found.aside]).toEqual([layout, []])
    expect(found.bills.map((bill) => bill.flow).join(' ')).toBe(of(layout).flows)
  })
  it('is read whatever stands before it, in any encoding, with any delimiter', () => {
    const plain = statementOfText('x.csv', bytes(csv('wechat')))
    const above = ['微信支付账单明细', ...Array<string>(30).fill('注：')]
    expect(seen(statementOfText('x.csv', bytes(csv('wechat', above))))).toEqual(seen(plain))
    expect(seen(statementOfText('x.csv', bytes(csv('wechat').replaceAll(',', '\t'))))).toEqual(seen(plain))
    const utf16 = Uint8Array.from([0xff, 0xfe, ...new Uint8Array(Uint16Array.from([...csv('wechat')].map((one) => one.charCodeAt(0))).buffer)])
    expect(seen(statementOfText('x.csv', utf16))).toEqual(seen(plain))
  })
  it('holds its own sums against its rows', () => {
    const found = statementOfText('x.csv', bytes(csv('wechat', ['共11笔记录', '收入：3笔 708.84元', '支出：5笔 868.53元'])))
    expect(found.checks.map((one) => [one.name, agrees(one)])).toEqual([['共', true], ['收入', true], ['支出', false]])
  })
  it('loses no line to a quote that was never closed', () => {
    const whole = csv('wechat').replace('老街牛肉面馆', '"老街"牛肉面馆').replace('美团平台商户', '"美团平台商户')
    const found = statementOfText('x.csv', bytes(whole))
    expect([found.bills.length, found.aside]).toEqual([of('wechat').rows.length, []])
  })
  it('sets aside what it cannot read, with line and reason', () => {
    const found = statementOfText('x.csv', bytes(`${csv('wechat')}\r\nyesterday,商户消费,店,面,支出,¥1.00,零钱,支付成功,1,2,/`))
    expect(found.aside.map((one) => [one.line, one.reason])).toEqual([[13, 'time_malformed']])
    expect(found.rows).toBe(found.bills.length + found.aside.length + found.foot)
  })
})

describe('files together', () => {
  const files = together.files.map((layout) => ({ name: `${layout}.csv`, data: bytes(csv(layout)) }))
  it('come to what the command line makes of them', async () => {
    const found = await read(files, nobody)
    const drawn = picture(found.bills)
    expect([found.doubles, drawn.spent, drawn.income]).toEqual([together.doubles, together.spent, together.income])
    expect(Object.fromEntries(drawn.categories.map((one) => [one.name, one.spent]))).toEqual(together.categories)
    expect(found.bills.length + found.doubles).toBe(together.rows)
    expect(found.bills.reduce((sum, bill) => sum + spent(bill), 0)).toBe(together.spent)
  })
  it.each([{}, { password: '123456' }, { password: '123456', zipCrypto: true }])('come in a zip, locked or not: %o', async (lock) => {
    const data = await zip({ '微信支付账单.csv': bytes(csv('wechat')), 'readme.txt': bytes('nothing') }, lock)
    const found = await read([{ name: 'w.zip', data }], async () => '123456')
    expect(found.bills.length).toBe(of('wechat').rows.length)
    expect(found.aside.map((one) => [one.file, one.reason])).toEqual([['w.zip/readme.txt', 'file_unknown']])
    if ('password' in lock) {
      expect(await code(read([{ name: 'w.zip', data }], nobody))).toBe('bills_password_missing')
      expect(await code(read([{ name: 'w.zip', data }], async () => '654321'))).toBe('bills_password_wrong')
    }
  })
  it('come as a workbook, with serial times and amounts as numbers', async () => {
    const { columns, rows } = of('wechat')
    const letter = (place: number) => String.fromCharCode(65 + place)
    const cell = (line: number) => (value: string, place: number) => {
      const at = `${letter(place)}${line}`
      if (place === 0 && line > 1) return `<c r="${at}"><v>${Date.parse(`${value.replace(' ', 'T')}Z`) / 86_400_000 + 25_569}</v></c>`
      if (place === 5 && line > 1) return `<c r="${at}"><v>${value.replace('¥', '')}</v></c>`
      return `<c r="${at}" t="inlineStr"><is><t>${value}</t></is></c>`
    }
    const lines = [columns, ...rows].map((row, place) => `<row r="${place + 1}">${row.map(cell(place + 1)).join('')}</row>`)
    const sheet = (more = '') => bytes(`<worksheet><sheetData>${lines.join('')}${more}</sheetData></worksheet>`)
    const book = (more = '') => zip({ 'xl/workbook.xml': bytes('<workbook/>'), 'xl/worksheets/sheet1.xml': sheet(more) })
    const found = await read([{ name: 'w.xlsx', data: await book() }], nobody)
    expect(found.statements.map(seen)).toEqual([seen(statementOfText('x.csv', bytes(csv('wechat'))))])
    expect(await code(read([{ name: 'w.xlsx', data: await book('<row r="99"><c r="XFD99"><v>1</v></c></row>') }], nobody))).toBe('bills_too_large')
  })
  it('are not looked for in a zip within a zip', async () => {
    const inner = await zip({ 'w.csv': bytes(csv('wechat')) })
    const found = await read([{ name: 'w.zip', data: await zip({ 'a.csv': bytes(csv('wechat')), 'inner.zip': inner, 'torn.zip': inner.slice(0, 40) }) }], nobody)
    expect(found.statements.map((one) => one.file)).toEqual(['w.zip/a.csv'])
    expect(found.aside.map((one) => one.file)).toEqual(['w.zip/inner.zip', 'w.zip/torn.zip'])
  })
  it('are unpacked to so many bytes in all, workbooks within too', async () => {
    const book = await zip({ 'xl/workbook.xml': bytes('<workbook/>'), 'xl/worksheets/sheet1.xml': new Uint8Array(50_000) })
    const books = (count: number) => zip(Object.fromEntries(Array.from({ length: count }, (_, place) => [`${place}.xlsx`, book])))
    const { unpacked } = shared.bounds
    shared.bounds.unpacked = 120_000
    try {
      expect(await code(read([{ name: 'w.zip', data: await books(1) }], nobody))).toBe('bills_unknown')
      expect(await code(read([{ name: 'w.zip', data: await books(3) }], nobody))).toBe('bills_too_large')
    } finally {
      shared.bounds.unpacked = unpacked
    }
  })
  it('are refused by the codes of the command line', async () => {
    const one = async (name: string, data: Uint8Array) => await code(read([{ name, data }], nobody))
    expect(await one('a.txt', bytes('nothing'))).toBe('bills_unknown')
    expect(await one('a.csv', bytes(csv('wechat').replace('金额(元)', '?')))).toBe('bills_column_missing')
    expect(await one('a.zip', Uint8Array.from([0x50, 0x4b, 3, 4, 1, 2, 3]))).toBe('bills_broken')
    expect(await one('a.zip', await zip({ '../a.csv': bytes(csv('wechat')) }))).toBe('bills_path_unsafe')
    expect(await one('a.zip', await zip({ 'a.csv': new Uint8Array(8 << 20) }))).toBe('bills_too_large')
  })
})
