// Picture in picture, where the browser has it.
export function offerFloating({ video, part, say }) {
  const button = part('float')
  button.hidden = !document.pictureInPictureEnabled || video.disablePictureInPicture
  video.addEventListener('enterpictureinpicture', () => (button.dataset.is = 'floating'))
  video.addEventListener('leavepictureinpicture', () => (button.dataset.is = 'here'))
  return { float }

  async function float() {
    if (button.hidden) return say('This browser has no picture in picture')
    try {
      if (document.pictureInPictureElement) await document.exitPictureInPicture()
      else await video.requestPictureInPicture()
    } catch {
      say('Picture in picture is not possible just now')
    }
  }
}
