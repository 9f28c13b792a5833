import { defineRoom } from '@/base/room'
import { en, zh } from './words'

export default defineRoom({
  routes: [{ path: '/my-data', component: () => import('./pages/MyDataPage.vue') }],
  words: { zh, en },
})
