/** Start one of the three apps: its rooms are found by their place, listed nowhere. */
import { VueQueryPlugin } from '@tanstack/vue-query'
import { type Component, createApp } from 'vue'
import { createRouter, createWebHistory } from 'vue-router'
import { queries } from '@/api/query'
import './base.css'
import { addWords, i18n, keepLanguage } from './i18n'
import { keepOffline } from './offline'
import { type Rooms, type Scene, named } from './room'
import { keepTheme } from './theme'

/** The scenes of the home grid, in their order; read by the app's home. */
export const scenes: Scene[] = []
/** The links of the app's navigation, in their order. */
export const links: Scene[] = []

export function start(app: Component, { base, rooms }: { base: string; rooms: Rooms }): void {
  const router = createRouter({
    history: createWebHistory(base),
    routes: [],
    // A page that is only just opened is at its top.
    scrollBehavior: (_to, from, saved) => saved ?? (from.matched.length > 0 && { top: 0 }),
  })
  const all = named(rooms)
  addWords(Object.fromEntries(all.map(([name, room]) => [name, room.words])))
  for (const [, room] of all) {
    for (const route of room.routes) router.addRoute(route)
    scenes.push(...(room.scenes ?? []))
    links.push(...(room.links ?? []))
  }
  scenes.sort((a, b) => a.order - b.order)
  links.sort((a, b) => a.order - b.order)
  router.addRoute({ path: '/:rest(.*)*', component: () => import('./components/NotFound.vue') })
  keepTheme()
  keepLanguage()
  keepOffline()
  // In a task of its own: between that and the reading of the scripts a touch is heard.
  setTimeout(() => createApp(app).use(i18n).use(router).use(VueQueryPlugin, { queryClient: queries }).mount('#app'))
}
