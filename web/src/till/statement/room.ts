import { FileText } from 'lucide-vue-next'
import { defineRoom } from '@/base/room'
import { en, zh } from './words'

export default defineRoom({
  routes: [{ path: '/statement', component: () => import('./pages/StatementPage.vue') }],
  words: { zh, en },
  links: [{ title: 'statement.title', to: '/statement', icon: FileText, order: 40 }],
})
