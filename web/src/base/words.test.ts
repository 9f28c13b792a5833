/** Each room's words are there in both languages, are used, and none that is asked for is missing. */
import { describe, expect, it } from 'vitest'
import type { RoomWords, Words } from './i18n'
import * as common from './words'

const rooms = import.meta.glob<RoomWords>('../*/*/words.ts', { eager: true })
const sources = import.meta.glob<string>(['../**/*.{ts,vue}', '!../**/*.test.ts', '!../**/words.ts', '!../**/*.d.ts'], {
  eager: true,
  query: '?raw',
  import: 'default',
})

function flat(words: Words, at = ''): Map<string, string> {
  const found = new Map<string, string>()
  for (const [name, word] of Object.entries(words)) {
    if (typeof word === 'string') found.set(at + name, word)
    else for (const [below, text] of flat(word, `${at}${name}.`)) found.set(below, text)
  }
  return found
}
const given = (text: string): string[] => [...new Set(text.match(/\{\w+\}/g))].sort()

/** `../till/sale/words.ts`: the app `till`, and in it words that begin with `sale.`; the shared ones stand in every app. */
const all = [['common', '', common] as const, ...Object.entries(rooms).map(([path, words]) => [path.split('/')[1] ?? '', `${path.split('/')[2]}.`, words] as const)]

describe.each(all)('the words of %s %s', (_, prefix, words) => {
  const [zh, en] = [flat(words.zh, prefix), flat(words.en, prefix)]
  it('are the same in both languages', () => expect([...en.keys()].sort()).toEqual([...zh.keys()].sort()))
  it('are given the same', () => {
    for (const [name, text] of zh) expect(given(en.get(name) ?? ''), name).toEqual(given(text))
  })
})

/** Every name of a word in a source; `sale.${note}` may be any word of that shape. */
const NAMES = /(['`])([a-z]\w*(?:\.(?:\w|\$\{[^}`]*\})+)+)\1/g
const GIVEN = /\$\{[^}]*\}/g
const exactly = (name: string): RegExp => new RegExp(`^${name.replaceAll('.', '\\.').replace(GIVEN, '[^.]*')}$`)

/** The sources of an app: its own, and what all share. */
const sourcesOf = (app: string): string[] =>
  Object.entries(sources)
    .filter(([path]) => path.startsWith('./') || ['api', app].includes(path.split('/')[1] ?? ''))
    .map(([, text]) => text)

function unused(words: Iterable<string>, texts: string[]): string[] {
  const names = new Set(texts.flatMap((text) => [...text.matchAll(NAMES)].map((found) => found[2] ?? '')))
  const shapes = [...names].filter((name) => name.includes('$')).map(exactly)
  return [...words].filter((name) => !names.has(name) && !shapes.some((shape) => shape.test(name)))
}

const APPS = ['wallet', 'till', 'console']
const shared = [...flat(common.zh).keys()]
describe.each(APPS)('the %s', (app) => {
  const own = all.filter(([of]) => of === app).flatMap(([, prefix, words]) => [...flat(words.zh, prefix).keys()])
  it('has every word that it asks for', () => {
    const known = new Set([...own, ...shared])
    const asked = sourcesOf(app).flatMap((text) => [...text.matchAll(/(?<!`)\bt\('([\w.]+)'/g)].map((found) => found[1] ?? ''))
    expect(own.length).toBeGreaterThan(50)
    expect(asked.filter((name) => !known.has(name))).toEqual([])
  })
  it('asks for every word of its rooms', () => expect(unused(own, sourcesOf(app))).toEqual([]))
})
it('the shared words are all asked for', () => expect(unused(shared, APPS.flatMap(sourcesOf))).toEqual([]))
