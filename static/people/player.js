// What a page with a recording adds to it, fetched by such pages alone. Where it cannot come, the browser's own stays.
export async function offerPlayer() {
  const root = document.querySelector('.player')
  if (!root) return
  const watching = await import('./watching.js').catch(() => null)
  watching?.begin(root)
}
