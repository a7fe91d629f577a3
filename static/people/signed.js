// What we sign, checked in the browser: Ed25519 over JSON with sorted keys and no spaces, as
// portal/people/consent/documents.py and envelope.py write it.
export const bytes = (text) => new TextEncoder().encode(text)
export const hex = (buffer) => [...new Uint8Array(buffer)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
export const unhex = (text) => new Uint8Array(text.match(/../g).map((pair) => parseInt(pair, 16)))

export async function hasEd25519() {
  try {
    await crypto.subtle.importKey('raw', new Uint8Array(32), 'Ed25519', false, ['verify'])
    return true
  } catch {
    return false
  }
}

export function isDocumentSigned({ proof: { value, ...proof }, ...rest }, key) {
  return /^[0-9a-f]{128}$/.test(value) && isSigned(bytes(canonical({ ...rest, proof })), value, key)
}

export async function isSigned(message, signature, key) {
  const published = await crypto.subtle.importKey('raw', unhex(key), 'Ed25519', false, ['verify'])
  return crypto.subtle.verify('Ed25519', published, unhex(signature), message)
}

export function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  return `{${Object.keys(value).sort().map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`).join(',')}}`
}

export async function sha256(...parts) {
  return crypto.subtle.digest('SHA-256', await new Blob(parts).arrayBuffer())
}
