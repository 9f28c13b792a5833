import { Search } from 'lucide-vue-next'
import { defineRoom } from '@/base/room'
import { en, zh } from './words'

export default defineRoom({
  routes: [
    { path: '/search', component: () => import('./pages/SearchPage.vue') },
    { path: '/trades/:id', component: () => import('./pages/TradePage.vue'), props: true },
    { path: '/parties/:kind/:id', component: () => import('./pages/PartyPage.vue'), props: true },
  ],
  words: { zh, en },
  links: [{ title: 'trades.searchTitle', to: '/search', icon: Search, order: 40 }],
})
