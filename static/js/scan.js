// Helps where the browser can: makes a large photo small before it is sent, reads a QR code with the camera and sends the form with what it says.
// <form data-scan-form> says what a code must begin with (data-code-begins), how wide a picture it needs (data-picture-width)
// and how much of the text is sent (data-longest-code). Everything works without it; whatever fails here leaves the form as it is.
(() => {
  const form = document.querySelector("form[data-scan-form]");
  if (!form) return;
  const photo = form.elements.photo;
  const LARGE = 1_500_000; // bytes
  const LONGEST_SIDE = 2400; // pixels

  photo.addEventListener("change", async () => {
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

  const camera = navigator.mediaDevices?.getUserMedia;
  if (!("BarcodeDetector" in window) || !camera) return;
  BarcodeDetector.getSupportedFormats().then((formats) => formats.includes("qr_code") && offer()).catch(() => {});

  function offer() {
    const EVERY = 150; // milliseconds between two looks at the camera's picture
    const { codeBegins = "", pictureWidth, longestCode } = form.dataset;
    const scan = document.getElementById("scan");
    const viewfinder = document.getElementById("viewfinder");
    const video = viewfinder.querySelector("video");
    const state = document.getElementById("scan-state");
    const detector = new BarcodeDetector({ formats: ["qr_code"] });
    let stream = null;

    document.getElementById("scanner").hidden = false;
    scan.addEventListener("click", start);
    document.getElementById("stop").addEventListener("click", () => { stop(); scan.focus(); });
    window.addEventListener("pagehide", stop);

    async function start() {
      const wanted = { facingMode: "environment", ...(pictureWidth && { width: { ideal: Number(pictureWidth) } }) };
      try {
        stream = await navigator.mediaDevices.getUserMedia({ video: wanted });
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
      const codes = await detector.detect(video).catch(() => []);
      if (!stream) return;
      const found = codes.find((code) => code.rawValue.startsWith(codeBegins));
      if (found) {
        stop();
        state.textContent = state.dataset.found;
        photo.value = "";
        form.elements.typed.value = found.rawValue.slice(0, longestCode && Number(longestCode));
        form.requestSubmit();
        return;
      }
      if (codes.length) state.textContent = state.dataset.other;
      setTimeout(look, EVERY);
    }

    function stop() {
      stream?.getTracks().forEach((track) => track.stop());
      stream = null;
      show(false);
      state.textContent = "";
    }

    function show(open) {
      viewfinder.hidden = !open;
      scan.hidden = open;
      scan.setAttribute("aria-expanded", String(open));
    }
  }
})();
