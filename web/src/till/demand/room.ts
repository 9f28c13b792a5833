import { TrendingUp } from 'lucide-vue-next'
import { defineRoom } from '@/base/room'
import { en, zh } from './words'

export default defineRoom({
  routes: [{ path: '/demand', component: () => import('./pages/DemandPage.vue') }],
  words: { zh, en },
  links: [{ title: 'demand.title', to: '/demand', icon: TrendingUp, order: 35 }],
})
