// Our controls over the native video, fetched by the pages that have one. Where they cannot come, the browser's own stay.
export async function offerPlayer() {
  const root = document.querySelector('.player')
  if (!root || !('popover' in root)) return
  const controls = await import('./player/controls.js').catch(() => null)
  controls?.equip(root)
}
