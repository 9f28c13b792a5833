/** Light, dark, or as the device; and a brand's colour as the accent. A configured brand needs no code. */
import { computed, ref, watchEffect } from 'vue'

export type Theme = 'auto' | 'light' | 'dark'
const SLOT = 'theme'

const stored = localStorage.getItem(SLOT)
export const theme = ref<Theme>(stored === 'light' || stored === 'dark' ? stored : 'auto')
const darkDevice = window.matchMedia?.('(prefers-color-scheme: dark)')
const deviceIsDark = ref(darkDevice?.matches ?? false)
darkDevice?.addEventListener('change', (change) => (deviceIsDark.value = change.matches))

/** Whether the page is dark now. */
export const isDark = computed(() => theme.value === 'dark' || (theme.value === 'auto' && deviceIsDark.value))

/** Keep the page in the chosen theme. Called once, by `start`. */
export function keepTheme(): void {
  watchEffect(() => {
    document.documentElement.dataset.theme = isDark.value ? 'dark' : 'light'
    if (theme.value === 'auto') localStorage.removeItem(SLOT)
    else localStorage.setItem(SLOT, theme.value)
  })
}

function luminance(colour: string): number {
  const parts = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16) / 255)
  const [r = 0, g = 0, b = 0] = parts.map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

/** Wear a brand: `colour` is #RRGGBB. Text on it is white where that is readable (AA), else ink. */
export function wearBrand(colour: string): void {
  const root = document.documentElement.style
  root.setProperty('--brand', colour)
  const white = 1.05 / (luminance(colour) + 0.05) >= 4.5
  root.setProperty('--on-brand', white ? '#ffffff' : '#17150f')
}
