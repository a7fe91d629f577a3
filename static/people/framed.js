// Inside a frame: tells the page around it how high it is, so that nobody has to scroll in two places.
export function tellHeight() {
  const form = document.body.dataset.framed
  if (!form || parent === window) return
  const main = document.querySelector('main')
  const below = parseFloat(getComputedStyle(document.body).paddingBottom)
  const tell = () => {
    const height = Math.ceil(main.getBoundingClientRect().bottom + scrollY + below)
    parent.postMessage({ customerhubForm: form, height }, '*')
  }
  new ResizeObserver(tell).observe(main)
}
