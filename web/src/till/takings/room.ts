import { ChartColumn } from 'lucide-vue-next'
import { defineRoom } from '@/base/room'
import { en, zh } from './words'

export default defineRoom({
  routes: [{ path: '/takings', component: () => import('./pages/TakingsPage.vue') }],
  words: { zh, en },
  links: [{ title: 'takings.title', to: '/takings', icon: ChartColumn, order: 30 }],
})
