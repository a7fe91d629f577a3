// What this browser remembers for next time. It may be full, or forbid it: then nothing is kept, and all else works.
export function recall(name) {
  try {
    return JSON.parse(localStorage.getItem(name))
  } catch {
    return null
  }
}

export function keep(name, value) {
  try {
    localStorage.setItem(name, JSON.stringify(value))
  } catch {
    // as the first line says
  }
}

export function forget(name) {
  try {
    localStorage.removeItem(name)
  } catch {
    // as the first line says
  }
}
