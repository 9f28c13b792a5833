import { Store } from 'lucide-vue-next'
import { defineRoom } from '@/base/room'
import { en, zh } from './words'

export default defineRoom({
  routes: [{ path: '/', component: () => import('./pages/SalePage.vue') }],
  words: { zh, en },
  links: [{ title: 'sale.title', to: '/', icon: Store, order: 10 }],
})
