import { Gift, HandCoins, QrCode, UsersRound } from 'lucide-vue-next'
import { defineRoom } from '@/base/room'
import { en, zh } from './words'

export default defineRoom({
  routes: [
    { path: '/send', component: () => import('./pages/FindPage.vue') },
    { path: '/send/:wallet', component: () => import('./pages/SendPage.vue'), props: true },
    { path: '/u/:code', component: () => import('./pages/SendPage.vue'), props: true },
    { path: '/sent/:id', component: () => import('./pages/SentPage.vue'), props: true },
    { path: '/receive', component: () => import('./pages/ReceivePage.vue') },
    { path: '/packets', component: () => import('./pages/PacketsPage.vue') },
    { path: '/packets/new', component: () => import('./pages/NewPacketPage.vue') },
    { path: '/r/:id', component: () => import('./pages/PacketPage.vue'), props: true },
    { path: '/split', component: () => import('./pages/SplitsPage.vue') },
    { path: '/split/new', component: () => import('./pages/NewSplitPage.vue') },
    { path: '/c/:id', component: () => import('./pages/SplitPage.vue'), props: true },
  ],
  words: { zh, en },
  scenes: [
    { title: 'social.scene.send', to: '/send', icon: HandCoins, order: 10 },
    { title: 'social.scene.packet', to: '/packets/new', icon: Gift, order: 12 },
    { title: 'social.scene.split', to: '/split/new', icon: UsersRound, order: 14 },
    { title: 'social.scene.receive', to: '/receive', icon: QrCode, order: 16 },
  ],
})
