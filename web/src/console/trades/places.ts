/** Where a found thing is looked at. */
import type { HitView, NameView } from '@/api/schema'

const PARTIES = new Set(['wallet', 'merchant', 'person', 'house_account'])

export function placeOf(hit: HitView): string | null {
  if (hit.trade) return `/trades/${hit.trade}`
  if (PARTIES.has(hit.kind)) return `/parties/${hit.kind}/${hit.id}`
  if (hit.kind === 'webhook' || hit.kind === 'delivery') return '/webhooks'
  return null
}

export function placeOfName(name: NameView): string | null {
  const kind = name.kind === 'house' ? 'house_account' : name.kind
  return PARTIES.has(kind) ? `/parties/${kind}/${name.id}` : null
}
