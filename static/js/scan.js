// Helps where the browser can: makes a large photo small before it is sent, reads QR codes with the camera and sends the form with what they say.
// <form data-scan="name of the field"> may say what a code begins with (data-code-begins), how wide a picture it needs (data-picture-width),
// how much of the text is sent (data-longest-code), and that the camera stays on for the next code (data-stays-on); while it is data-paused
// nothing is read. Everything works without this file; whatever fails here leaves the form as it is.
(() => {
  const form = document.querySelector("form[data-scan]");
  if (!form) return;
  const photo = form.elements.photo;
  const LARGE = 1_500_000; // bytes
  const LONGEST_SIDE = 2400; // pixels

  photo?.addEventListener("change", async () => {
    const file = photo.files[0];
    if (!file || file.size < LARGE || !window.createImageBitmap) return;
    try {
      const picture = await createImageBitmap(file);
      const scale = Math.min(1, LONGEST_SIDE / Math.max(picture.width, picture.height));
      const canvas = document.createElement("canvas");
      canvas.width = Math.round(picture.width * scale);
      canvas.height = Math.round(picture.height * scale);
      canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
      const small = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.85));
      if (!small || small.size >= file.size || photo.files[0] !== file) return;
      const chosen = new DataTransfer();
      chosen.items.add(new File([small], "photo.jpg", { type: "image/jpeg" }));
      photo.files = chosen.files;
    } catch {
      // the photo goes as it is, and the server says what is wrong with it
    }
  });

  if (!("BarcodeDetector" in window) || !navigator.mediaDevices?.getUserMedia) return;
  BarcodeDetector.getSupportedFormats().then((formats) => formats.includes("qr_code") && offer()).catch(() => {});

  function offer() {
    const EVERY = 150, GONE = 4000; // milliseconds: between two looks at the picture; after which the same code is another person's
    const { scan, codeBegins = "", pictureWidth = 1280, longestCode, staysOn } = form.dataset;
    const field = form.elements[scan];
    const camera = form.querySelector("[data-camera]"), begin = camera.querySelector("[data-start]"), end = camera.querySelector("[data-stop]");
    const video = camera.querySelector("video"), state = camera.querySelector("[role=status]");
    const detector = new BarcodeDetector({ formats: ["qr_code"] });
    let stream = null, last = "", lastAt = 0;

    camera.hidden = false;
    begin.addEventListener("click", start);
    end.addEventListener("click", () => { stop(); begin.focus(); });
    window.addEventListener("pagehide", stop);

    async function start() {
      try {
        stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment", width: { ideal: Number(pictureWidth) } } });
      } catch {
        state.textContent = state.dataset.refused;
        return;
      }
      video.srcObject = stream;
      show(true);
      state.textContent = state.dataset.waiting;
      video.play().catch(() => {});
      look();
    }

    async function look() {
      if (!stream) return;
      const paused = "paused" in form.dataset;
      const codes = paused ? [] : await detector.detect(video).catch(() => []);
      if (!stream) return;
      const found = codes.find((code) => code.rawValue.startsWith(codeBegins));
      const again = found?.rawValue === last && Date.now() - lastAt < GONE; // still held before the camera: the same person
      if (found || paused) lastAt = Date.now();
      if (found && !again) {
        last = found.rawValue;
        if (staysOn === undefined) {
          stop();
          state.textContent = state.dataset.found;
        }
        if (photo) photo.value = "";
        field.value = found.rawValue.slice(0, longestCode && Number(longestCode));
        form.requestSubmit();
      } else if (codes.length && !found) state.textContent = state.dataset.other;
      setTimeout(look, EVERY);
    }

    function stop() {
      stream?.getTracks().forEach((track) => track.stop());
      stream = null;
      last = "";
      show(false);
      state.textContent = "";
    }

    function show(open) {
      video.parentElement.hidden = !open;
      begin.hidden = open;
      begin.setAttribute("aria-expanded", String(open));
    }
  }
})();
