// Reads and verifies entry passes in the page (see recruitment/travel/pass_text.py), and judges them as verdicts.py does. No network.
// One spelling for one pass: shortest CBOR, the lower signature; whatever departs from it is not one of ours.
globalThis.EntryPass = (() => {
  const LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
  const PREFIX = "VX1:", MOST_CHARACTERS = 600, CODE_LENGTH = 8;
  const ORDER_HALF = "7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a8"; // of P-256
  const RECENT = 6 * 3600e3, STALE = 24 * 3600e3, SKEW = 5 * 60e3, DAY = 24 * 3600e3, VIETNAM = 7 * 3600e3;
  const NUMBER = 7, NOT_BEFORE = 5, EXPIRES = 4, ISSUER = 1, HOLDER = -65537, DESTINATION = -65538, BUS = -65539;

  class Problem extends Error {
    constructor(reason) { super(reason); this.reason = reason; }
  }
  const refuse = (reason) => { throw new Problem(reason); };
  const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  const fromHex = (text) => Uint8Array.from(text.match(/../g), (pair) => parseInt(pair, 16));

  function base45(text) {
    if (text.length % 3 === 1) refuse("unreadable");
    const bytes = [];
    for (let place = 0; place < text.length; place += 3) {
      const digits = Array.from(text.slice(place, place + 3), (letter) => LETTERS.indexOf(letter));
      if (digits.includes(-1)) refuse("unreadable");
      const value = digits[0] + 45 * digits[1] + 2025 * (digits[2] ?? 0);
      if (value > (digits.length === 3 ? 0xffff : 0xff)) refuse("unreadable");
      if (digits.length === 3) bytes.push(value >> 8);
      bytes.push(value & 0xff);
    }
    return Uint8Array.from(bytes);
  }

  // The part of CBOR that a pass uses: integers, bytes, text, arrays, maps and one tag, each as short as can be.
  class Reader {
    constructor(bytes) { this.bytes = bytes; this.place = 0; }
    take(count) {
      if (this.place + count > this.bytes.length) refuse("unreadable");
      return this.bytes.subarray(this.place, (this.place += count));
    }
    head() {
      const [first] = this.take(1);
      const kind = first >> 5, short = first & 31;
      if (short < 24) return [kind, short];
      if (short > 26) refuse("unreadable");
      const size = 1 << (short - 24);
      const value = this.take(size).reduce((sum, byte) => sum * 256 + byte, 0);
      if (value < [24, 256, 65536][short - 24]) refuse("unreadable");
      return [kind, value];
    }
    item(depth = 0) {
      if (depth > 3) refuse("unreadable");
      const [kind, value] = this.head();
      if (kind === 0) return value;
      if (kind === 1) return -1 - value;
      if (kind === 2) return this.take(value);
      if (kind === 3) return new TextDecoder("utf-8", { fatal: true }).decode(this.take(value));
      if (value > 16) refuse("unreadable");
      if (kind === 4) return Array.from({ length: value }, () => this.item(depth + 1));
      if (kind !== 5) refuse("unreadable");
      const map = new Map();
      for (let pair = 0; pair < value; pair++) {
        const key = this.item(depth + 1);
        if (typeof key === "object" || map.has(key)) refuse("unreadable");
        map.set(key, this.item(depth + 1));
      }
      return map;
    }
    whole() {
      const item = this.item();
      if (this.place !== this.bytes.length) refuse("unreadable");
      return item;
    }
  }

  function open(text) {
    if (text.length > MOST_CHARACTERS || !text.startsWith(PREFIX)) refuse("unreadable");
    const reader = new Reader(base45(text.slice(PREFIX.length)));
    if (reader.head().join() !== "6,18") refuse("unreadable"); // COSE_Sign1
    const parts = reader.whole();
    if (!Array.isArray(parts) || parts.length !== 4) refuse("unreadable");
    const [protectedPart, other, payload, signature] = parts;
    const bytes = [protectedPart, payload, signature].every((part) => part instanceof Uint8Array);
    if (!bytes || !(other instanceof Map) || other.size) refuse("unreadable");
    const header = new Reader(protectedPart).whole();
    if (!(header instanceof Map) || header.get(1) !== -7 || !(header.get(4) instanceof Uint8Array)) refuse("unreadable"); // ES256
    return { protectedPart, payload, signature, kid: hex(header.get(4)) };
  }

  function byteString(bytes) {
    const size = bytes.length;
    const head = size < 24 ? [0x40 | size] : size < 256 ? [0x58, size] : [0x59, size >> 8, size & 0xff];
    return [...head, ...bytes];
  }

  const imported = new Map();
  function keyOf(publicHex) {
    if (!imported.has(publicHex)) {
      const raw = Uint8Array.from([4, ...fromHex(publicHex)]);
      imported.set(publicHex, crypto.subtle.importKey("raw", raw, { name: "ECDSA", namedCurve: "P-256" }, false, ["verify"]));
    }
    return imported.get(publicHex);
  }

  // What a pass says, if one of the keys (kid → x and y in hex) signed it; a Problem otherwise.
  async function read(text, keys) {
    let envelope;
    try {
      envelope = open(text);
    } catch (problem) {
      throw problem instanceof Problem ? problem : new Problem("unreadable");
    }
    const { protectedPart, payload, signature, kid } = envelope;
    if (!Object.hasOwn(keys, kid)) refuse("unknown_issuer");
    if (signature.length !== 64 || hex(signature.subarray(32)) > ORDER_HALF) refuse("forged");
    const name = new TextEncoder().encode("Signature1");
    const signed = Uint8Array.from([0x84, 0x60 | name.length, ...name, ...byteString(protectedPart), 0x40, ...byteString(payload)]);
    const good = await crypto.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, await keyOf(keys[kid]), signature, signed);
    if (!good) refuse("forged");
    const claims = new Reader(payload).whole();
    return {
      issuer: claims.get(ISSUER),
      number: claims.get(NUMBER).reduce((sum, byte) => sum * 256 + byte, 0),
      holder: claims.get(HOLDER),
      destination: claims.get(DESTINATION),
      bus: claims.get(BUS) ?? "",
      from: dayOf(claims.get(NOT_BEFORE) * 1000),
      until: dayOf(claims.get(EXPIRES) * 1000 - 1000),
    };
  }

  // Days count from 1970 in Vietnam's time, so that they compare as numbers.
  const dayOf = (milliseconds) => Math.floor((milliseconds + VIETNAM) / DAY);
  const dayOfText = (text) => Date.parse(text + "T00:00:00Z") / DAY;

  async function unpack(text) {
    const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    return new Uint8Array(await new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"))).arrayBuffer());
  }

  function isRevoked(list, number) {
    const place = number - list.first;
    return place >= 0 && number <= list.last && Boolean((list.bits[place >> 3] >> (place & 7)) & 1);
  }

  const normalCode = (typed) => typed.toUpperCase().replace(/[^0-9A-Z]/g, "").replace(/[IL]/g, "1").replace(/O/g, "0");

  // The pass that a typed code stands for, as the morning's list knows it: no name in it.
  async function byCode(typed, pack) {
    const code = normalCode(typed);
    if (code.length !== CODE_LENGTH) refuse("unknown_code");
    const wanted = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(code)));
    const rows = pack.codes;
    for (let place = 0; place < rows.length; place += 8) {
      if (rows[place] === wanted[0] && rows[place + 1] === wanted[1] && rows[place + 2] === wanted[2] && rows[place + 3] === wanted[3]) {
        const day = dayOfText(pack.day);
        const destination = pack.destinations[rows[place + 6] * 256 + rows[place + 7]] ?? "";
        return { number: pack.list.first + place / 8, holder: "", destination, bus: "", from: day + rows[place + 4], until: day + rows[place + 5] };
      }
    }
    return refuse("unknown_code");
  }

  // verdicts.py's judge(): [verdict, reasons]. Moments in milliseconds, days as numbers.
  function judge(known, { leaving, now, today }) {
    if (["unreadable", "unknown_issuer", "unknown_code"].includes(known.problem)) return ["unknown", [known.problem]];
    if (known.problem) return ["refuse", [known.problem]];
    if (leaving) return known.until < today ? ["conditional", ["overstayed"]] : ["let_in", []];
    const holding = (pairs) => pairs.filter(([, holds]) => holds).map(([reason]) => reason);
    const against = holding([["revoked", known.revoked], ["expired", known.until < today], ["not_yet_valid", known.from > today]]);
    if (against.length) return ["refuse", against];
    const doubts = holding([
      ["seen", known.lastEntry != null && now - known.lastEntry < RECENT],
      ["typed", known.typed],
      ["issued_since", known.issuedSince],
      ["stale_list", known.listedAt == null || now - known.listedAt > STALE],
      ["clock", Math.abs(known.clock ?? 0) > SKEW],
    ]);
    return doubts.length ? ["conditional", doubts] : ["let_in", []];
  }

  return { PREFIX, Problem, read, byCode, unpack, isRevoked, judge, dayOf, dayOfText, normalCode };
})();
