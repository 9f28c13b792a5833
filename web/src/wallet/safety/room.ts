import { defineRoom } from '@/base/room'
import { en, zh } from './words'

export default defineRoom({
  routes: [
    { path: '/safety', component: () => import('./pages/SafetyPage.vue') },
    { path: '/safety/pin', component: () => import('./pages/PinPage.vue') },
    { path: '/safety/passkeys', component: () => import('./pages/PasskeysPage.vue') },
    { path: '/safety/devices', component: () => import('./pages/DevicesPage.vue') },
    { path: '/safety/lost', component: () => import('./pages/LostPage.vue') },
    { path: '/safety/password', component: () => import('./pages/PasswordPage.vue') },
  ],
  words: { zh, en },
})
