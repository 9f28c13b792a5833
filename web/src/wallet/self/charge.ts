/** The charge of my code that waits for my PIN, by its trade; empty: none. */
import { ref } from 'vue'

export const waitingCharge = ref('')
