/** What a red packet may be, by the network's rules: told while it is typed, not after. */
import type { RedPacketRules } from '@/api/schema'
import { formatMoney } from '@/base/money'
import { narrow } from '@/base/narrow'

/** A number of shares or people as typed, full-width digits too; null: none yet. */
export function countOf(text: string): number | null {
  const plain = narrow(text.trim())
  return /^[1-9]\d{0,5}$/.test(plain) ? Number(plain) : null
}

export interface PacketFault extends Record<string, unknown> {
  /** Which words of the room say it. */
  key: 'countHint' | 'least' | 'most'
  min?: string
  max?: string | number
}

/** Why amount and count do not go together, or null. Amounts in minor units. */
export function packetFault(amount: number, count: number, rules: RedPacketRules): PacketFault | null {
  if (count > rules.count_max) return { key: 'countHint', max: rules.count_max }
  if (amount < count) return { key: 'least', min: formatMoney(1) }
  if (amount > count * rules.share_max) return { key: 'most', max: formatMoney(rules.share_max) }
  return null
}
