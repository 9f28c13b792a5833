import type { Rooms } from '@/base/room'
import { start } from '@/base/start'
import App from './App.vue'

start(App, { base: '/till', rooms: import.meta.glob('./*/room.ts', { eager: true }) as Rooms })
