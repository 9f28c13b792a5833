import type { Rooms } from '@/base/room'
import { start } from '@/base/start'
import App from './App.vue'
import './wallet.css'

start(App, { base: '/', rooms: import.meta.glob('./*/room.ts', { eager: true }) as Rooms })
