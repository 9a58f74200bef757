// A form that takes the text of a QR code: <form data-scan="name of the field">. Offers the camera where the browser can read codes.
(() => {
  const form = document.querySelector("form[data-scan]");
  if (!form || !("BarcodeDetector" in window) || !navigator.mediaDevices?.getUserMedia) return;
  BarcodeDetector.getSupportedFormats().then((formats) => formats.includes("qr_code") && offer()).catch(() => {});

  function offer() {
    const button = form.querySelector("[data-camera]"), video = form.querySelector("video"), field = form.elements[form.dataset.scan];
    const detector = new BarcodeDetector({ formats: ["qr_code"] });
    let stream = null;
    button.hidden = false;
    window.addEventListener("pagehide", stop);
    button.addEventListener("click", async () => {
      if (stream) { stop(); return; }
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment", width: { ideal: 1280 } } }).catch(() => null);
      if (!stream) return;
      video.srcObject = stream;
      video.hidden = false;
      button.setAttribute("aria-pressed", "true");
      video.play().catch(() => {});
      look();
    });

    async function look() {
      if (!stream) return;
      const [found] = await detector.detect(video).catch(() => []);
      if (!found || !stream) { setTimeout(look, 150); return; }
      stop();
      field.value = found.rawValue;
      form.requestSubmit();
    }

    function stop() {
      stream?.getTracks().forEach((track) => track.stop());
      stream = null;
      video.hidden = true;
      button.setAttribute("aria-pressed", "false");
    }
  }
})();
