import { Banknote, CreditCard } from 'lucide-vue-next'
import { defineRoom } from '@/base/room'
import { en, zh } from './words'

export default defineRoom({
  routes: [
    { path: '/cards', component: () => import('./pages/CardsPage.vue') },
    { path: '/cards/new', component: () => import('./pages/LinkPage.vue'), meta: { shop: true } },
    { path: '/cards/topup', component: () => import('./pages/TopUpPage.vue') },
    { path: '/cards/withdraw', component: () => import('./pages/WithdrawPage.vue') },
  ],
  words: { zh, en },
  scenes: [
    { title: 'cards.scene', to: '/cards', icon: CreditCard, order: 50 },
    { title: 'cards.withdraw', to: '/cards/withdraw', icon: Banknote, order: 55 },
  ],
})
