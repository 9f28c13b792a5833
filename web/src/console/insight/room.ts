import { UsersRound } from 'lucide-vue-next'
import { defineRoom } from '@/base/room'
import { en, zh } from './words'

export default defineRoom({
  routes: [{ path: '/insight', component: () => import('./pages/InsightPage.vue') }],
  words: { zh, en },
  links: [{ title: 'insight.title', to: '/insight', icon: UsersRound, order: 25 }],
})
