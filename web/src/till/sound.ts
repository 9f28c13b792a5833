/** A till is heard: two tones and a sentence for money that came, one low tone for money that did not. */
import { ref, watch } from 'vue'
import { locale, t } from '@/base/i18n'
import { places } from '@/base/money'

const SLOT = 'till:sound'
export const soundOn = ref(localStorage.getItem(SLOT) !== 'off')
watch(soundOn, (on) => localStorage.setItem(SLOT, on ? 'on' : 'off'))

let audio: AudioContext | null = null

function tone(hertz: number, at: number, seconds: number): void {
  if (!audio) return
  const wave = audio.createOscillator()
  const loud = audio.createGain()
  wave.frequency.value = hertz
  loud.gain.setValueAtTime(0.0001, audio.currentTime + at)
  loud.gain.exponentialRampToValueAtTime(0.25, audio.currentTime + at + 0.02)
  loud.gain.exponentialRampToValueAtTime(0.0001, audio.currentTime + at + seconds)
  wave.connect(loud).connect(audio.destination)
  wave.start(audio.currentTime + at)
  wave.stop(audio.currentTime + at + seconds)
}

function play(tones: readonly (readonly [number, number, number])[]): void {
  if (!soundOn.value) return
  try {
    audio ??= new AudioContext()
    void audio.resume()
    for (const [hertz, at, seconds] of tones) tone(hertz, at, seconds)
  } catch {
    // A browser without sound: the screen says it.
  }
}

/** The amount as it is spoken: 28.16, 28.5, 28. */
export const spokenAmount = (amount: number, currency = 'CNY'): string => String(amount / 10 ** places(currency))

/** Say a sentence in the page's language. */
export function say(text: string): void {
  if (!soundOn.value || !('speechSynthesis' in window)) return
  const spoken = new SpeechSynthesisUtterance(text)
  spoken.lang = locale() === 'zh' ? 'zh-CN' : 'en-GB'
  window.speechSynthesis.speak(spoken)
}

/** Money came. */
export function received(amount: number): void {
  play([[880, 0, 0.14], [1318, 0.12, 0.28]])
  say(t('frame.spoken.received', { amount: spokenAmount(amount) }))
}

/** Money did not come. */
export function failed(): void {
  play([[196, 0, 0.4]])
  say(t('frame.spoken.failed'))
}
