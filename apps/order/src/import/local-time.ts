const FORMAT = /^(\d{1,2})\/(\d{1,2})\/(\d{4}) (\d{1,2}):(\d{2})$/;

/**
 * `7/4/2018 8:05` → `2018-07-04T08:05:00`: the local time that the source tells, without the offset that it does not tell.
 * Strings of this form compare as the times do. `undefined` where the text is no such time.
 */
export function parseLocalTime(text: string): string | undefined {
  const [, month, day, year, hour, minute] = FORMAT.exec(text) ?? [];
  if (!year || !month || !day || !hour || !minute) return undefined;
  const iso = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}T${hour.padStart(2, '0')}:${minute}:00`;
  const date = new Date(`${iso}Z`);
  // Date rolls 31 June over to 1 July, and refuses the rest.
  const exists = !Number.isNaN(date.getTime()) && date.toISOString().startsWith(iso);
  return exists ? iso : undefined;
}
