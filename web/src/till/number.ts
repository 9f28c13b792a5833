/** A number of the merchant's own: for a trade `T…`, for a refund `R…`. */
import { commandKey } from '@/api/command'

export const newNumber = (first: 'T' | 'R'): string => `${first}${commandKey().replaceAll('-', '').slice(0, 24).toUpperCase()}`
