/** The wallet that is in the hand: which of the person's, and its brand, whose colour the page wears. */
import { useQuery } from '@tanstack/vue-query'
import { computed, ref } from 'vue'
import { api, told } from '@/api/client'
import { LASTING } from '@/api/query'
import type { BrandView } from '@/api/schema'
import { locale } from '@/base/i18n'
import { useMe } from './me'

const SLOT = 'wallet'
const chosen = ref(localStorage.getItem(SLOT) ?? '')

export function useBrands() {
  return useQuery({
    queryKey: ['brands'],
    queryFn: async () => (await told(api.GET('/api/v1/brands'))).items,
    staleTime: Infinity,
    meta: LASTING,
  })
}

/** A brand's name in the reader's language. */
export const brandName = (brand: BrandView): string => (locale() === 'zh' ? brand.name_zh : brand.name_en)

export function useWallet() {
  const { me } = useMe()
  const brands = useBrands()
  const wallets = computed(() => me.value?.wallets ?? [])
  const wallet = computed(() => wallets.value.find((one) => one.id === chosen.value) ?? wallets.value[0])
  const brandOf = (key?: string): BrandView | undefined => brands.data.value?.find((one) => one.key === key)
  const brand = computed(() => brandOf(wallet.value?.brand))
  /** Brands of which there is no wallet yet. */
  const others = computed(() => (brands.data.value ?? []).filter((one) => !wallets.value.some((w) => w.brand === one.key)))

  function choose(id: string): void {
    chosen.value = id
    localStorage.setItem(SLOT, id)
  }
  return { wallets, wallet, brand, brandOf, others, choose }
}
