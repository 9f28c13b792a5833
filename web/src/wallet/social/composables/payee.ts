/** Whom to pay: looked up, shown masked, and kept for this tab so that a reload does not lose them. */
import { api, told } from '@/api/client'
import type { PayeeView } from '@/api/schema'

const slot = (wallet: string): string => `payee:${wallet}`

/** Look somebody up by account number, handle or phone. Throws the API's problem. */
export async function lookUp(identifier: string, brand?: string): Promise<PayeeView> {
  const found = await told(api.GET('/api/v1/payees', { params: { query: { identifier, brand } } }))
  keepPayee(found)
  return found
}

export function keepPayee(payee: PayeeView): void {
  sessionStorage.setItem(slot(payee.wallet), JSON.stringify(payee))
}

export function keptPayee(wallet: string): PayeeView | null {
  try {
    return JSON.parse(sessionStorage.getItem(slot(wallet)) ?? 'null') as PayeeView | null
  } catch {
    return null
  }
}
