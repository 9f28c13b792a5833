import { ChartColumn } from 'lucide-vue-next'
import { defineRoom } from '@/base/room'
import { en, zh } from './words'

export default defineRoom({
  routes: [{ path: '/volumes', component: () => import('./pages/VolumesPage.vue') }],
  words: { zh, en },
  links: [{ title: 'volumes.title', to: '/volumes', icon: ChartColumn, order: 20 }],
})
