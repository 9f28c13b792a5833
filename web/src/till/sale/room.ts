import { Store } from 'lucide-vue-next'
import { defineRoom } from '@/base/room'
import SalePage from './pages/SalePage.vue'
import { en, zh } from './words'

export default defineRoom({
  routes: [{ path: '/', component: SalePage }],
  words: { zh, en },
  links: [{ title: 'sale.title', to: '/', icon: Store, order: 10 }],
})
