// Lengths of time, as they are shown and as they are said.

// 4:52, or 1:04:52
export function shown(seconds) {
  const [hours, minutes, rest] = split(seconds)
  const two = (count) => String(count).padStart(2, '0')
  return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`
}

// 12 seconds, 2 minutes 10, or 1 hour 4 minutes 52
export function spoken(seconds) {
  const [hours, minutes, rest] = split(seconds)
  if (!hours && !minutes) return counted(rest, 'second')
  return [hours && counted(hours, 'hour'), minutes && counted(minutes, 'minute'), rest].filter(Boolean).join(' ')
}

function split(seconds) {
  const whole = Math.floor(seconds)
  return [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60]
}

function counted(count, word) {
  return `${count} ${word}${count === 1 ? '' : 's'}`
}
