/** Chinese and English, both written. Each room brings its own words; `common` is shared. */
import { createI18n, type MessageContext } from 'vue-i18n'
import { watchEffect } from 'vue'
import * as common from './words'

export type Locale = 'zh' | 'en'
/** Words of a room, by name, in one language. */
export interface Words {
  [name: string]: string | Words
}
export interface RoomWords {
  zh: Words
  en: Words
}

const SLOT = 'language'

function first(): Locale {
  const stored = localStorage.getItem(SLOT)
  if (stored === 'zh' || stored === 'en') return stored
  return navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en'
}

/** What a phrase may say: `{name}`, and in one with a count its singular and its plural on either side of ` | `. */
function said(phrase: unknown): (given: MessageContext<string>) => string {
  const [one = '', ...more] = String(phrase).split(' | ')
  return (given) => (more.length ? given.plural([one, ...more]) : one).replace(/{(\w+)}/g, (_, name: string) => String(given.named(name) ?? ''))
}

export const i18n = createI18n({
  legacy: false,
  messageCompiler: said,
  locale: first() as string,
  fallbackLocale: 'en',
  missingWarn: import.meta.env.DEV,
  messages: { zh: { ...common.zh }, en: { ...common.en } } as Record<string, Words>,
})

/** Add rooms' words, each under its name: `t('bills.title')`. */
export function addWords(rooms: Record<string, RoomWords>): void {
  for (const to of ['zh', 'en'] as const) {
    const theirs = Object.entries(rooms).map(([room, words]) => [room, words[to]] as const)
    i18n.global.setLocaleMessage(to, { ...i18n.global.getLocaleMessage(to), ...Object.fromEntries(theirs) })
  }
}

export const locale = (): Locale => (i18n.global.locale.value === 'zh' ? 'zh' : 'en')

export function setLocale(to: Locale): void {
  i18n.global.locale.value = to
  localStorage.setItem(SLOT, to)
}

/** Keep `<html lang>` true. Called once, by `start`. */
export function keepLanguage(): void {
  watchEffect(() => {
    document.documentElement.lang = locale() === 'zh' ? 'zh-CN' : 'en'
  })
}

export const t = (name: string, given: Record<string, unknown> = {}): string => i18n.global.t(name, given)
