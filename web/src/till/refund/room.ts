import { defineRoom } from '@/base/room'
import { en, zh } from './words'

export default defineRoom({ routes: [], words: { zh, en } })
