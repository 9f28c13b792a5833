import { Hash } from 'lucide-vue-next'
import { defineRoom } from '@/base/room'
import { en, zh } from './words'

export default defineRoom({
  routes: [
    { path: '/scan', component: () => import('./pages/ScanPage.vue') },
    { path: '/scan/type', component: () => import('./pages/TypePage.vue') },
    { path: '/pay', component: () => import('./pages/PayPage.vue') },
    // What a merchant's printed code says as a link.
    { path: '/p/:code', redirect: (to) => ({ path: '/pay', query: { code: String(to.params.code) } }) },
  ],
  words: { zh, en },
  scenes: [{ title: 'scan.byNumber', to: '/scan/type', icon: Hash, order: 20 }],
})
