/** The minute that was parsed last, and when it begins. */
let minute = '?';
let minuteAt = 0;
/** It is asked for once to see whether the time is one, and once for what it is. */
let last = { time: '', at: 0 };

/**
 * Milliseconds since 1970 of a time as `toISOString` writes it; nothing for any other. Messages come minute by minute: parsing each anew
 * takes as long as the rest of its envelope.
 */
export function instantOf(time: string): number | undefined {
  if (time === last.time && time !== '') return last.at;
  if (time.length !== 24 || time.charCodeAt(19) !== 0x2e || time.charCodeAt(23) !== 0x5a) return undefined;
  if (!time.startsWith(minute) && !parseMinute(time)) return undefined;
  const seconds = digit(time, 17) * 10 + digit(time, 18);
  const milliseconds = digit(time, 20) * 100 + digit(time, 21) * 10 + digit(time, 22);
  const at = minuteAt + seconds * 1_000 + milliseconds;
  if (!(seconds < 60) || Number.isNaN(at)) return undefined;
  last = { time, at };
  return at;
}

function parseMinute(time: string): boolean {
  const at = Date.parse(time);
  if (Number.isNaN(at) || new Date(at).toISOString() !== time) return false;
  minute = time.slice(0, 17);
  minuteAt = Date.parse(`${minute}00.000Z`);
  return true;
}

/** Not a number makes the sum none. */
function digit(text: string, at: number): number {
  const value = text.charCodeAt(at) - 0x30;
  return value >= 0 && value <= 9 ? value : Number.NaN;
}
