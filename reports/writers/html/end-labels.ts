/** A label that wants to stand at `y` (pixels from the top) and the place it is given. */
export interface PlacedLabel {
  readonly text: string;
  readonly index: number;
  readonly y: number;
}

/** Distance between two labels, pixels. */
export const LABEL_PITCH_PX = 14;

/**
 * Spreads labels so that none covers another and all stay between `topPx` and `bottomPx`: pushed down in order of their
 * wishes, then pushed up again from the bottom. With more labels than fit they go beyond the top; the caller makes room.
 */
export function placeLabels(wishes: readonly PlacedLabel[], topPx: number, bottomPx: number): PlacedLabel[] {
  const placed = wishes.toSorted((a, b) => a.y - b.y || a.index - b.index).map((wish) => ({ ...wish }));
  let free = topPx;
  for (const label of placed) {
    label.y = Math.max(label.y, free);
    free = label.y + LABEL_PITCH_PX;
  }
  let limit = bottomPx;
  for (const label of placed.toReversed()) {
    label.y = Math.min(label.y, limit);
    limit = label.y - LABEL_PITCH_PX;
  }
  return placed;
}
