import { QrCode } from 'lucide-vue-next'
import { defineRoom } from '@/base/room'
import { en, zh } from './words'

export default defineRoom({
  routes: [{ path: '/qr', component: () => import('./pages/QrPage.vue') }],
  words: { zh, en },
  links: [{ title: 'qr.title', to: '/qr', icon: QrCode, order: 20 }],
})
