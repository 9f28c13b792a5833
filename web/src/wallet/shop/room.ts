import { defineRoom } from '@/base/room'
import { en, zh } from './words'

export default defineRoom({
  routes: [
    { path: '/shop', component: () => import('./pages/ShopPage.vue'), meta: { shop: true } },
    { path: '/shop/join', component: () => import('./pages/ShopJoinPage.vue'), meta: { open: true } },
    { path: '/shop/code', component: () => import('./pages/ShopCodePage.vue'), meta: { shop: true } },
    { path: '/shop/withdraw', component: () => import('./pages/ShopWithdrawPage.vue'), meta: { shop: true } },
  ],
  words: { zh, en },
})
