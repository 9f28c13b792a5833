import { defineRoom } from '@/base/room'
import { en, zh } from './words'

export default defineRoom({
  routes: [
    { path: '/me', component: () => import('./pages/MePage.vue'), meta: { nav: true } },
    { path: '/wallets/new', component: () => import('./pages/NewWalletPage.vue') },
  ],
  words: { zh, en },
})
