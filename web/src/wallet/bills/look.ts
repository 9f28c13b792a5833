/** How a bill looks: its icon and its words. */
import {
  ArrowDownToLine,
  ArrowUpFromLine,
  BookOpen,
  Bus,
  Gift,
  HeartPulse,
  House,
  Landmark,
  Plane,
  Plug,
  Receipt,
  ShoppingBag,
  ShoppingBasket,
  Sparkles,
  Store,
  Undo2,
  UserRound,
  UsersRound,
  Utensils,
} from 'lucide-vue-next'
import type { Component } from 'vue'
import type { BillView } from '@/api/schema'

type Category = NonNullable<BillView['category']>
type Kind = BillView['kind']

export const categoryIcon: Record<Category, Component> = {
  groceries: ShoppingBasket,
  dining: Utensils,
  shopping: ShoppingBag,
  transport: Bus,
  travel: Plane,
  home: House,
  bills: Plug,
  health: HeartPulse,
  education: BookOpen,
  leisure: Sparkles,
  services: Store,
  other: Receipt,
}

const kindIcon: Partial<Record<Kind, Component>> = {
  topup: ArrowDownToLine,
  withdrawal: ArrowUpFromLine,
  refund: Undo2,
  reversal: Undo2,
  personal_payment: UserRound,
  personal_payment_returned: Undo2,
  red_packet_funded: Gift,
  red_packet_grabbed: Gift,
  red_packet_returned: Gift,
  collection: UsersRound,
}

export const iconOf = (bill: BillView): Component =>
  kindIcon[bill.kind] ?? (bill.category ? categoryIcon[bill.category] : Landmark)

/** Where the whole story of a bill is told, if it is told anywhere. */
export function whereOf(bill: BillView): string | undefined {
  if (!bill.about) return undefined
  if (bill.kind === 'payment' || bill.kind === 'refund' || bill.kind === 'reversal') return `/bills/${bill.about}`
  if (bill.kind.startsWith('personal_payment')) return `/sent/${bill.about}`
  if (bill.kind.startsWith('red_packet')) return `/r/${bill.about}`
  if (bill.kind === 'collection') return `/c/${bill.about}`
  return undefined
}
