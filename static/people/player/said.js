// One polite line says what just changed, to the eye and to who listens; then it is quiet again.
const LONG_ENOUGH = 1600 // milliseconds

export function speaker(line) {
  let timer
  return (words) => {
    clearTimeout(timer)
    line.replaceChildren(words) // a new node, so that the same words are said again
    timer = setTimeout(() => line.replaceChildren(), LONG_ENOUGH)
  }
}
