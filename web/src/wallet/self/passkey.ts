/** Passkeys: the browser's authenticator, asked with what the API gives and answered as the API wants it. */
import { api, told } from '@/api/client'
import type { SessionView } from '@/api/schema'
import { thisDevice } from './device'

type Json = Record<string, unknown>

export const canPasskey = (): boolean => typeof window.PublicKeyCredential !== 'undefined' && window.isSecureContext

function bytes(text: string): ArrayBuffer {
  const plain = atob(text.replace(/-/g, '+').replace(/_/g, '/'))
  return Uint8Array.from(plain, (c) => c.charCodeAt(0)).buffer
}

function text(buffer: ArrayBuffer | null): string | undefined {
  if (!buffer) return undefined
  return btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, '-')
    .replace(/\//g, '_')
    .replace(/=+$/, '')
}

interface Described extends PublicKeyCredentialDescriptor {
  id: ArrayBuffer
}
const known = (list: unknown): Described[] =>
  ((list ?? []) as { id: string; type: 'public-key' }[]).map((one) => ({ ...one, id: bytes(one.id) }))

async function get(options: Json): Promise<Json> {
  const publicKey = {
    ...options,
    challenge: bytes(options.challenge as string),
    allowCredentials: known(options.allowCredentials),
  } as PublicKeyCredentialRequestOptions
  const made = (await navigator.credentials.get({ publicKey })) as PublicKeyCredential
  const said = made.response as AuthenticatorAssertionResponse
  return {
    id: made.id,
    rawId: text(made.rawId),
    type: made.type,
    response: {
      clientDataJSON: text(said.clientDataJSON),
      authenticatorData: text(said.authenticatorData),
      signature: text(said.signature),
      userHandle: text(said.userHandle),
    },
    clientExtensionResults: made.getClientExtensionResults(),
  }
}

async function create(options: Json): Promise<Json> {
  const user = options.user as { id: string; name: string; displayName: string }
  const publicKey = {
    ...options,
    challenge: bytes(options.challenge as string),
    user: { ...user, id: bytes(user.id) },
    excludeCredentials: known(options.excludeCredentials),
  } as unknown as PublicKeyCredentialCreationOptions
  const made = (await navigator.credentials.create({ publicKey })) as PublicKeyCredential
  const said = made.response as AuthenticatorAttestationResponse
  return {
    id: made.id,
    rawId: text(made.rawId),
    type: made.type,
    response: {
      clientDataJSON: text(said.clientDataJSON),
      attestationObject: text(said.attestationObject),
      transports: said.getTransports(),
    },
    clientExtensionResults: made.getClientExtensionResults(),
  }
}

/** Sign in with a passkey of this device. */
export async function signInByPasskey(): Promise<SessionView> {
  const { challenge, options } = await told(api.POST('/api/v1/sessions/passkey/options'))
  const answer = await get(options)
  return told(api.POST('/api/v1/sessions/passkey', { body: { challenge, answer, ...thisDevice() } }))
}

/** Keep a new passkey on this device. */
export async function addPasskey(holder: string, name: string): Promise<void> {
  const { challenge, options } = await told(api.POST('/api/v1/passkeys/options', { body: { name: holder } }))
  const answer = await create(options)
  await told(api.POST('/api/v1/passkeys', { body: { challenge, answer, name } }))
}

/** Make this session fresh with a passkey. */
export async function proveByPasskey(): Promise<void> {
  const { challenge, options } = await told(api.POST('/api/v1/passkeys/proof/options'))
  await told(api.POST('/api/v1/passkeys/proof', { body: { challenge, answer: await get(options) } }))
}

/** Whether the person themselves closed the browser's dialog. */
export const gaveUp = (error: unknown): boolean =>
  error instanceof DOMException && (error.name === 'NotAllowedError' || error.name === 'AbortError')
