import { ChartPie } from 'lucide-vue-next'
import { defineRoom } from '@/base/room'
import { en, zh } from './words'

export default defineRoom({
  routes: [{ path: '/picture', component: () => import('./pages/PicturePage.vue') }],
  words: { zh, en },
  scenes: [{ title: 'picture.title', to: '/picture', icon: ChartPie, order: 60 }],
})
