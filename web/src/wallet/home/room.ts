import { defineRoom } from '@/base/room'
import { en, zh } from './words'

export default defineRoom({
  routes: [{ path: '/', component: () => import('./pages/HomePage.vue'), meta: { nav: true } }],
  words: { zh, en },
})
