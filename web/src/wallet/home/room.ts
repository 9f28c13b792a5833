import { defineRoom } from '@/base/room'
import HomePage from './pages/HomePage.vue'
import { en, zh } from './words'

export default defineRoom({
  routes: [{ path: '/', component: HomePage, meta: { nav: true } }],
  words: { zh, en },
})
