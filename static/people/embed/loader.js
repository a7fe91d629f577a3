// Runs in somebody else's page: puts a form of ours into a frame behind its script's tag and keeps the frame as high as
// the form. It reads nothing of the page, sends nothing and loads nothing but the frame.
const script = document.currentScript
const home = new URL(script.src).origin
const slug = script.dataset.form

const frame = document.createElement('iframe')
frame.src = `${home}/forms/${encodeURIComponent(slug)}/embed`
frame.title = script.dataset.title || 'Sign up'
frame.referrerPolicy = 'strict-origin'
frame.width = '100%'
frame.height = '900'
frame.setAttribute('frameborder', '0')
script.after(frame)

addEventListener('message', ({ origin, source, data }) => {
  if (origin !== home || source !== frame.contentWindow || data?.customerhubForm !== slug) return
  const height = Number(data.height)
  if (height > 0 && height < 10000) frame.height = String(height)
})
