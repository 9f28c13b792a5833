/** Test numbers of the simulated banks: from 9900, which no issuer of real cards has, with ISO/IEC 7812's check digit. */
export function luhn(digits: string): number {
  let total = 0
  for (let place = 0; place < digits.length; place += 1) {
    const value = Number(digits[digits.length - 1 - place]) * (place % 2 ? 1 : 2)
    total += value > 9 ? value - 9 : value
  }
  return (10 - (total % 10)) % 10
}

export function testNumber(random: (size: number) => Uint8Array = (size) => crypto.getRandomValues(new Uint8Array(size))): string {
  const body = `9900${Array.from(random(11), (byte) => byte % 10).join('')}`
  return body + luhn(body)
}
