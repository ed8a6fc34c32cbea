/** The address of server `index`: 127.0.0.1 and the addresses after it. */
export function hostOf(index) {
  const number = 0x7f000001 + index;
  return [24, 16, 8, 0].map((shift) => (number >>> shift) & 0xff).join('.');
}
