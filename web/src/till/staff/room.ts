import { Users } from 'lucide-vue-next'
import { defineRoom } from '@/base/room'
import { en, zh } from './words'

export default defineRoom({
  routes: [{ path: '/staff', component: () => import('./pages/StaffPage.vue') }],
  words: { zh, en },
  links: [{ title: 'staff.title', to: '/staff', icon: Users, order: 60 }],
})
