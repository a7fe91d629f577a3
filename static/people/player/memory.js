// What this browser remembers for next time. It may be full, or forbid it: then nothing is kept, and all else works.
// In the studio's previews nothing is kept either: there somebody looks on behalf of others.
const isPreview = () => 'preview' in document.body.dataset

export function recall(name) {
  if (isPreview()) return null
  try {
    return JSON.parse(localStorage.getItem(name))
  } catch {
    return null
  }
}

export function keep(name, value) {
  if (isPreview()) return
  try {
    localStorage.setItem(name, JSON.stringify(value))
  } catch {
    // as the first line says
  }
}

export function forget(name) {
  if (isPreview()) return
  try {
    localStorage.removeItem(name)
  } catch {
    // as the first line says
  }
}
