import { defineRoom } from '@/base/room'
import { en, zh } from './words'

export default defineRoom({
  routes: [
    { path: '/join', component: () => import('./pages/WelcomePage.vue'), meta: { open: true } },
    { path: '/join/new', component: () => import('./pages/SignUpPage.vue'), meta: { open: true } },
    { path: '/join/in', component: () => import('./pages/SignInPage.vue'), meta: { open: true } },
  ],
  words: { zh, en },
})
