import { LayoutDashboard } from 'lucide-vue-next'
import { defineRoom } from '@/base/room'
import { en, zh } from './words'

export default defineRoom({
  routes: [{ path: '/', component: () => import('./pages/HomePage.vue') }],
  words: { zh, en },
  links: [{ title: 'home.title', to: '/', icon: LayoutDashboard, order: 10 }],
})
