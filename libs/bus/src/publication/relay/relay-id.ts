/** What a relay is called that is given no name. */
export const RELAY = 'relay';
