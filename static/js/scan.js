// Reads a QR code with the camera where the browser can, and sends the form with what it says.
// Everything works without it: the code can be typed, or a photo chosen.
(() => {
  const form = document.getElementById("scan-form");
  const camera = navigator.mediaDevices?.getUserMedia;
  if (!form || !("BarcodeDetector" in window) || !camera) return;
  BarcodeDetector.getSupportedFormats().then((formats) => formats.includes("qr_code") && offer()).catch(() => {});

  function offer() {
    const EVERY = 150; // milliseconds between two looks at the camera's picture
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
      try {
        stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
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
      if (codes.length && stream) {
        stop();
        state.textContent = state.dataset.found;
        form.elements.photo.value = "";
        form.elements.typed.value = codes[0].rawValue.slice(0, 300);
        form.requestSubmit();
        return;
      }
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
