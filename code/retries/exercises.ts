/** Answers to the exercises of the chapter that are programs. */

// #region grpc-throttle
/** Retry throttling as gRPC does it (proposal A6, "Throttling"). */
export type GrpcThrottle = {
  readonly maxTokens: number;
  /** Thousandths of a token that a success gives back. */
  readonly milliRatio: number;
  readonly milliTokens: number;
};

/** One answer came back: a retryable failure, or not. */
export function onOutcome(
  throttle: GrpcThrottle,
  failed: boolean,
): GrpcThrottle {
  const change = failed ? -1000 : throttle.milliRatio;
  const full = throttle.maxTokens * 1000;
  const moved = throttle.milliTokens + change;
  const milliTokens = Math.min(full, Math.max(0, moved));
  return { ...throttle, milliTokens };
}

/** Retries stop while the bucket is at half or less. */
export function mayRetry(throttle: GrpcThrottle): boolean {
  return throttle.milliTokens > (throttle.maxTokens * 1000) / 2;
}
// #endregion grpc-throttle

// #region thresholds
/**
 * Highest load, in calls a second, that a failed server of this
 * capacity gets rid of: what comes in then is load times amplification.
 */
export function safeLoad(
  capacity: number,
  amplification: number,
): number {
  return capacity / amplification;
}

/** Seconds from a full queue to one short enough to answer in time. */
export function drainSeconds(
  capacity: number,
  arrivals: number,
  queue: number,
  timeoutSeconds: number,
): number {
  return (queue - capacity * timeoutSeconds) / (capacity - arrivals);
}

/** Attempts a second of users who get nothing but timeouts. */
export function closedLoopAttempts(
  users: number,
  attempts: number,
  timeoutSeconds: number,
  thinkSeconds: number,
): number {
  const roundSeconds = attempts * timeoutSeconds + thinkSeconds;
  return (users * attempts) / roundSeconds;
}
// #endregion thresholds
