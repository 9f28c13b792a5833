import { ScrollText } from 'lucide-vue-next'
import { defineRoom } from '@/base/room'
import { en, zh } from './words'

export default defineRoom({
  routes: [{ path: '/audit', component: () => import('./pages/AuditPage.vue') }],
  words: { zh, en },
  links: [{ title: 'audit.title', to: '/audit', icon: ScrollText, order: 60 }],
})
