/**
 * A view of `bytes[start..end)` that is a plain Uint8Array even when `bytes` is a Buffer, as chunks of sockets are: the
 * `slice` of a Buffer is no copy, so whoever copies a field that way would keep a view.
 */
export function byteView(bytes: Uint8Array, start: number, end = bytes.length): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset + start, end - start);
}
