// A camera inside the page. While the phone's own camera program is open, a phone with little memory throws the page away,
// and the picture with it; here nothing leaves the page.
import { el, icon } from "./field_parts.js";
import { t } from "./i18n.js";

const QUALITY = 0.92;

export function hasCamera() {
  return Boolean(navigator.mediaDevices?.getUserMedia);
}

/** Show the camera and give a picture file, or null when it was closed. Throws where no camera may be used. */
export async function shoot() {
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: { ideal: "environment" }, width: { ideal: 1920 } } });
  const video = el("video", { playsinline: true, autoplay: true, muted: true });
  video.muted = true;
  video.srcObject = stream;
  const take = el("button", { type: "button", class: "field-shutter", "data-shoot": true, disabled: true, "aria-label": t("Take it") }, icon("photo"));
  const close = el("button", { type: "button", class: "button", "data-close": true }, icon("close"), t("Close"));
  const dialog = el("dialog", { class: "field-camera", "aria-label": t("Take a picture") }, video, el("div", { class: "field-camera__row" }, close, take));
  document.body.append(dialog);
  dialog.showModal();
  try {
    return await new Promise((resolve, reject) => {
      // Heard from the first moment: a camera may take seconds to start, or never give a picture.
      take.addEventListener("click", () => frame(video).then(resolve, reject));
      close.addEventListener("click", () => resolve(null));
      dialog.addEventListener("cancel", () => resolve(null));
      video.play().then(() => (take.disabled = false), reject);
    });
  } finally {
    for (const track of stream.getTracks()) track.stop();
    dialog.remove();
  }
}

async function frame(video) {
  const canvas = document.createElement("canvas");
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  canvas.getContext("2d").drawImage(video, 0, 0);
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
  return new File([blob], "photo.jpg", { type: "image/jpeg", lastModified: Date.now() });
}
