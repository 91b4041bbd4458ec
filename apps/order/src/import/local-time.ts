const MONTH_FIRST = /^(?<month>\d{1,2})\/(?<day>\d{1,2})\/(?<year>\d{4}) (?<hour>\d{1,2}):(?<minute>\d{2})$/;
const YEAR_FIRST =
  /^(?<year>\d{4})-(?<month>\d{2})-(?<day>\d{2})[ T](?<hour>\d{2}):(?<minute>\d{2})(?::(?<second>\d{2}))?$/;

/** The forms that are read, for people. */
export const TIME_FORMS = 'M/D/YYYY H:MM or YYYY-MM-DD HH:MM:SS';

/**
 * `7/4/2018 8:05` → `2018-07-04T08:05:00`: the local time that the source tells, without the offset that it does not tell.
 * Strings of this form compare as the times do. `undefined` where the text is no such time.
 */
export function parseLocalTime(text: string): string | undefined {
  const { groups } = MONTH_FIRST.exec(text) ?? YEAR_FIRST.exec(text) ?? {};
  if (!groups) return undefined;
  const [month, day, hour, minute, second] = ['month', 'day', 'hour', 'minute', 'second'].map((part) =>
    (groups[part] ?? '').padStart(2, '0'),
  );
  const iso = `${groups['year']}-${month}-${day}T${hour}:${minute}:${second}`;
  const date = new Date(`${iso}Z`);
  // Date rolls 31 June over to 1 July, and refuses the rest.
  const exists = !Number.isNaN(date.getTime()) && date.toISOString().startsWith(iso);
  return exists ? iso : undefined;
}
