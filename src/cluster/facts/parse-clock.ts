/** What a host's clock showed. Milliseconds since 1970, right within so much of it. */
export interface ClockReading {
  readonly milliseconds: number;
  readonly uncertainty: number;
}

/** Milliseconds in half of a second. */
const half = 500;

/**
 * Understands `date '+%s %N'`. The seconds and their fraction are printed apart, because not every `date` writes the
 * fraction as GNU's does: one leaves out its leading zeros, BusyBox's may not know it at all. A fraction that is not
 * understood makes the reading less exact.
 * @returns undefined for what is no time: of more than eleven digits there is none before the year 5138
 */
export function parseClock(text: string): ClockReading | undefined {
  const [, seconds, nanoseconds] = /^([0-9]{1,11})(?: ([0-9]{1,9})| .*)?$/.exec(text.trim()) ?? [];
  if (seconds === undefined) return undefined;
  const whole = Number(seconds) * 1000;
  return nanoseconds === undefined
    ? { milliseconds: whole + half, uncertainty: half }
    : { milliseconds: whole + Number(nanoseconds) / 1e6, uncertainty: 0 };
}
