/**
 * Where each leader epoch begins in a log, and how a follower finds the
 * place up to which its log is the leader's (KIP-101, KIP-279).
 */

// #region epochs
/** Kept beside the log: one line for each epoch that wrote to it. */
export type EpochStart = {
  readonly leaderEpoch: number;
  readonly startOffset: number;
};
export type Epochs = readonly EpochStart[];

export function latestEpoch(epochs: Epochs): number {
  return epochs.at(-1)?.leaderEpoch ?? 0;
}

/** From this offset on it is this epoch, if that is news. */
export function beginEpoch(
  epochs: Epochs,
  leaderEpoch: number,
  startOffset: number,
): Epochs {
  if (leaderEpoch <= latestEpoch(epochs)) return epochs;
  // An epoch that wrote nothing leaves no trace.
  const kept = truncateEpochs(epochs, startOffset);
  return [...kept, { leaderEpoch, startOffset }];
}

export function truncateEpochs(
  epochs: Epochs,
  endOffset: number,
): Epochs {
  return epochs.filter(({ startOffset }) => startOffset < endOffset);
}
// #endregion epochs

export type EpochEnd = {
  readonly leaderEpoch: number;
  readonly endOffset: number;
};

// #region epoch-end
/** Where this epoch ended here; or the largest one that is not above. */
export function endOfEpoch(
  epochs: Epochs,
  asked: number,
  logEndOffset: number,
): EpochEnd {
  const at = epochs.findLastIndex((e) => e.leaderEpoch <= asked);
  const leaderEpoch = epochs[at]?.leaderEpoch ?? asked;
  const endOffset = epochs[at + 1]?.startOffset ?? logEndOffset;
  return { leaderEpoch, endOffset };
}
// #endregion epoch-end

// #region truncation-point
/**
 * A follower has asked for the end of its own latest epoch. Up to here it
 * may agree; it does agree if the leader has spoken of an epoch that both
 * know, and has to ask again otherwise (KIP-279).
 */
export function truncationPoint(
  epochs: Epochs,
  logEndOffset: number,
  answer: EpochEnd,
): { readonly endOffset: number; readonly isAgreed: boolean } {
  const { leaderEpoch, endOffset } = answer;
  const own = endOfEpoch(epochs, leaderEpoch, logEndOffset);
  const isAgreed = own.leaderEpoch === leaderEpoch;
  return { endOffset: Math.min(endOffset, own.endOffset), isAgreed };
}
// #endregion truncation-point
