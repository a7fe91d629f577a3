// What a page with a recording, or with a code to go on by, adds to it; fetched by such pages alone. Where it cannot come,
// the browser's own controls stay.
const WANTED = '.player, [data-making], [data-resume-code], [data-brings-places]'

export async function offerPlayer() {
  if (!document.querySelector(WANTED)) return
  const watching = await import('./watching.js').catch(() => null)
  watching?.begin()
}
