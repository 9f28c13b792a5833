/** Full-width letters, digits and signs, as Chinese keyboards type them, as plain ones: １２．５０ is 12.50. */
export const narrow = (text: string): string => text.replace(/[\uff01-\uff5e]/g, (c) => String.fromCharCode(c.charCodeAt(0) - 0xfee0))
