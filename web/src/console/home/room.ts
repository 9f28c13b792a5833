import { LayoutDashboard } from 'lucide-vue-next'
import { defineRoom } from '@/base/room'
import HomePage from './pages/HomePage.vue'
import { en, zh } from './words'

export default defineRoom({
  routes: [{ path: '/', component: HomePage }],
  words: { zh, en },
  links: [{ title: 'home.title', to: '/', icon: LayoutDashboard, order: 10 }],
})
