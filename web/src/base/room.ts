/** What a room of an app gives: its pages, its words, and for the wallet its places on the home grid. */
import type { Component } from 'vue'
import type { RouteRecordRaw } from 'vue-router'
import type { RoomWords } from './i18n'

export interface Scene {
  /** Its name among the room's words: `social.send`. */
  title: string
  to: string
  icon: Component
  /** Lower comes first. */
  order: number
}

export interface Room {
  /** Pages are loaded when they are opened: `component: () => import('./pages/SendPage.vue')`. */
  routes: RouteRecordRaw[]
  words: RoomWords
  scenes?: Scene[]
  /** The console's and the till's navigation. */
  links?: Scene[]
}

export const defineRoom = (room: Room): Room => room

export type Rooms = Record<string, { default: Room }>

/** `./social/room.ts` is the room `social`. */
export function named(rooms: Rooms): [string, Room][] {
  return Object.entries(rooms).map(([path, found]) => [path.split('/').at(-2) ?? path, found.default])
}
