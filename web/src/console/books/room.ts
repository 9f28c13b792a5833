import { Landmark } from 'lucide-vue-next'
import { defineRoom } from '@/base/room'
import { en, zh } from './words'

export default defineRoom({
  routes: [{ path: '/books', component: () => import('./pages/BooksPage.vue') }],
  words: { zh, en },
  links: [{ title: 'books.nav', to: '/books', icon: Landmark, order: 30 }],
})
