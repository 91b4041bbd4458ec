/** Controls of a terminal or of the direction of writing, line breaks and what is no character. */
const MOVES_THE_CURSOR = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;
const LONGEST_LINE = 2_000;

/** For one line of an app's log: what a name, an event or a message brings along neither ends the line nor reaches a terminal as an escape sequence. */
export function printable(text: string, most = LONGEST_LINE): string {
  return shortened(text, most).replaceAll(
    MOVES_THE_CURSOR,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
}

function shortened(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most)}…`;
}
