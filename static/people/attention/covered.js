// A set of seconds as it is kept and sent: a bit for each, the first in the lowest bit of the first byte, in base64url.
export function none(seconds) {
  return new Uint8Array(Math.ceil(seconds / 8))
}

export function cover(bits, second) {
  const isNew = !(bits[second >> 3] & (1 << (second & 7)))
  bits[second >> 3] |= 1 << (second & 7)
  return isNew
}

export function unite(bits, others) {
  others.forEach((byte, at) => (bits[at] |= byte))
}

export function count(bits) {
  return bits.reduce((sum, byte) => sum + byte.toString(2).replaceAll('0', '').length, 0)
}

export function write(bits) {
  return btoa(String.fromCharCode(...bits)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

// What was written, or none where it is of another length or no base64url at all.
export function read(text, seconds) {
  try {
    const bytes = Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (one) => one.charCodeAt(0))
    return bytes.length === none(seconds).length ? bytes : none(seconds)
  } catch {
    return none(seconds)
  }
}

// The same as the path of a drawing one unit high and as many wide as there are seconds.
export function outline(bits, seconds) {
  let path = ''
  for (let second = 0, from = -1; second <= seconds; second++) {
    const isCovered = second < seconds && bits[second >> 3] & (1 << (second & 7))
    if (isCovered && from < 0) from = second
    if (isCovered || from < 0) continue
    path += `M${from} 0H${second}V1H${from}Z`
    from = -1
  }
  return path
}
