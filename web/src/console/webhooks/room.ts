import { Webhook } from 'lucide-vue-next'
import { defineRoom } from '@/base/room'
import { en, zh } from './words'

export default defineRoom({
  routes: [{ path: '/webhooks', component: () => import('./pages/WebhooksPage.vue') }],
  words: { zh, en },
  links: [{ title: 'webhooks.title', to: '/webhooks', icon: Webhook, order: 50 }],
})
