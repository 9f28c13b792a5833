import { narrow } from '@/base/narrow'

/** Phone numbers as people type them: 138 0013 8000, +86 138…, full width. Other text stays as it is. */
export function e164(typed: string): string {
  const plain = narrow(typed.trim())
  const digits = plain.replace(/[\s()\u00a0-]/g, '')
  if (/^1[3-9]\d{9}$/.test(digits)) return `+86${digits}`
  if (/^\+[1-9]\d{6,14}$/.test(digits)) return digits
  if (/^00[1-9]\d{6,14}$/.test(digits)) return `+${digits.slice(2)}`
  return plain
}

export const isPhone = (text: string): boolean => /^\+[1-9]\d{6,14}$/.test(e164(text))
