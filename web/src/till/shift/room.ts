import { Clock4 } from 'lucide-vue-next'
import { defineRoom } from '@/base/room'
import { en, zh } from './words'

export default defineRoom({
  routes: [{ path: '/shift', component: () => import('./pages/ShiftPage.vue') }],
  words: { zh, en },
  links: [{ title: 'shift.title', to: '/shift', icon: Clock4, order: 50 }],
})
