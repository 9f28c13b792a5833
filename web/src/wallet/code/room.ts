import { defineRoom } from '@/base/room'
import { en, zh } from './words'

export default defineRoom({
  routes: [{ path: '/code', component: () => import('./pages/CodePage.vue') }],
  words: { zh, en },
})
