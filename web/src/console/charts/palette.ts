/** The tokens' colours as a canvas can draw them: what CSS mixes is resolved to plain red, green and blue. */
import { useQuery } from '@tanstack/vue-query'
import { computed } from 'vue'
import { api, told } from '@/api/client'
import { locale } from '@/base/i18n'

let context: CanvasRenderingContext2D | null = null
const known = new Map<string, [number, number, number]>()

/** A token (`accent`, `ink-2`) as `rgba(…)` in the theme of this moment. */
export function ink(token: string, alpha = 1): string {
  const [r, g, b] = resolved(token)
  return `rgba(${r},${g},${b},${alpha})`
}

function resolved(token: string): [number, number, number] {
  const name = `${document.documentElement.dataset.theme} ${token}`
  let found = known.get(name)
  if (!found) known.set(name, (found = looked(token)))
  return found
}

function looked(token: string): [number, number, number] {
  context ??= Object.assign(document.createElement('canvas'), { width: 1, height: 1 }).getContext('2d', { willReadFrequently: true })
  const probe = document.createElement('i')
  probe.style.color = token.startsWith('#') ? token : `var(--${token})`
  document.body.append(probe)
  const colour = getComputedStyle(probe).color
  probe.remove()
  if (!context) return [128, 128, 128]
  context.clearRect(0, 0, 1, 1)
  context.fillStyle = colour
  context.fillRect(0, 0, 1, 1)
  const [r = 0, g = 0, b = 0] = context.getImageData(0, 0, 1, 1).data
  return [r, g, b]
}

/** The brands of this network, by key: what they are called and their colour. */
export function useBrands() {
  const brands = useQuery({ queryKey: ['brands'], queryFn: () => told(api.GET('/api/v1/brands')), staleTime: Infinity })
  return computed(() => {
    const items = brands.data.value?.items ?? []
    return new Map(items.map((brand) => [brand.key, { name: locale() === 'zh' ? brand.name_zh : brand.name_en, colour: brand.colour }]))
  })
}
