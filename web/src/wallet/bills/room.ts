import { defineRoom } from '@/base/room'
import { en, zh } from './words'

export default defineRoom({
  routes: [
    { path: '/bills', component: () => import('./pages/BillsPage.vue'), meta: { nav: true } },
    { path: '/bills/:trade', component: () => import('./pages/ReceiptPage.vue') },
  ],
  words: { zh, en },
})
