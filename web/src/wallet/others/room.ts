import { defineRoom } from '@/base/room'
import { en, zh } from './words'

export default defineRoom({
  // Nobody need have a wallet here: what is read stays on the device.
  routes: [{ path: '/other-bills', component: () => import('./pages/OtherBillsPage.vue'), meta: { open: true } }],
  words: { zh, en },
})
