// Words on their way to the server wait in the browser under a key that only the person's own page brings: whoever opens the
// browser's storage, or signs in after her, reads none of them. Without WebCrypto (a page without TLS) there is no key.

/** Returns a promise of the key that a page gives as hexadecimal digits, or null. */
export function keyFrom(digits) {
  if (!crypto.subtle || !digits) return null;
  const raw = Uint8Array.from(digits.match(/../g), (pair) => parseInt(pair, 16));
  return crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt", "decrypt"]);
}

/** Seals what JSON can say; returns text. */
export async function seal(key, value) {
  const nonce = crypto.getRandomValues(new Uint8Array(12));
  const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv: nonce }, await key, new TextEncoder().encode(JSON.stringify(value)));
  return btoa([...nonce, ...new Uint8Array(sealed)].map((byte) => String.fromCharCode(byte)).join(""));
}

/** Opens what was sealed under this key; rejects where it was not. */
export async function unseal(key, text) {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv: bytes.slice(0, 12) }, await key, bytes.slice(12));
  return JSON.parse(new TextDecoder().decode(plain));
}
