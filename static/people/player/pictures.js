// Pictures that wait until the film itself has begun to come: of each chapter, out of the sheet of previews, and of what
// to watch next. Who saves data goes without.
export function offerPictures({ video, paint }) {
  const places = [...document.querySelectorAll('.chapters .chapter-picture')]
  if (places.length) video.addEventListener('loadeddata', show, { once: true })

  function show() {
    for (const place of places) paint(place, Number(place.closest('a').dataset.at) + 2) // past the cut into the chapter
  }
}

export function showLatePictures(root) {
  const places = document.querySelectorAll('[data-picture]')
  const video = root?.querySelector('video')
  if (root?.hasAttribute('data-saves')) return
  if (root?.dataset.stream && video.readyState < 2) video.addEventListener('loadeddata', show, { once: true })
  else show()

  function show() {
    for (const place of places) {
      const image = new Image(1280, 720)
      Object.assign(image, { className: place.className, alt: '', loading: 'lazy', src: place.dataset.picture })
      place.replaceWith(image)
    }
  }
}
