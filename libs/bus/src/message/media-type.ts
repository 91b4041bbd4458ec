export const JSON_TYPE = 'application/json';
const STRUCTURED_TYPE = 'application/cloudevents+json';
/** As it is written here. */
export const OWN_STRUCTURED_TYPE = `${STRUCTURED_TYPE}; charset=UTF-8`;

const CLOUD_EVENTS = 'application/cloudevents';

export function isJsonType(type: string | undefined): boolean {
  const [essence = ''] = (type ?? '').toLowerCase().split(';');
  return /^[^/]+\/(json|[^/]+\+json)\s*$/.test(essence);
}

export function isTextType(type: string | undefined): boolean {
  return /^text\//i.test(type ?? '');
}

export function isCloudEventsType(type: string | undefined): boolean {
  return type === OWN_STRUCTURED_TYPE || (type ?? '').toLowerCase().startsWith(CLOUD_EVENTS);
}

export function isStructuredJson(type: string): boolean {
  if (type === OWN_STRUCTURED_TYPE) return true;
  const [essence = ''] = type.toLowerCase().split(';');
  return essence.trim() === STRUCTURED_TYPE;
}
